# Bundle the page's scripts and the licenses of their libraries. The final image does not contain Node.
# The results are the same for each platform, so build them on the platform of the builder.
FROM --platform=$BUILDPLATFORM node:22.23.3-slim AS vendor
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev
COPY deploy/bundle.js deploy/style-sheets.js deploy/collect-providers.js deploy/notices.js deploy/npm-sbom deploy/
COPY webhook_logger/providers/registry webhook_logger/providers/registry
COPY webhook_logger/client/filter.json webhook_logger/client/
COPY static/css static/css
COPY static/js static/js
RUN npm run vendor
RUN mkdir /sbom && deploy/npm-sbom >/sbom/javascript.cdx.json

# The Python packages, in a virtual environment.
FROM python:3.13.14-slim AS packages
COPY requirements.txt ./
RUN python -m venv --without-pip /venv \
    && pip --python /venv/bin/python install --no-cache-dir --require-hashes --requirement requirements.txt

# The compiled modules. The final image contains no compiler.
FROM python:3.13.14-slim AS compiled
RUN apt-get update && apt-get install --yes --no-install-recommends gcc libc6-dev
WORKDIR /src
COPY requirements-compile.txt ./
RUN pip install --no-cache-dir --require-hashes --requirement requirements-compile.txt
COPY setup.py pyproject.toml README.md LICENSE ./
COPY deploy/compiled.txt deploy/
COPY webhook_logger webhook_logger
RUN WEBHOOK_LOGGER_COMPILE=1 python setup.py --quiet build_ext --build-lib /compiled

# The software bill of materials (SBOM) of the Python packages.
FROM --platform=$BUILDPLATFORM python:3.13.14-slim AS sbom
WORKDIR /src
COPY requirements-audit.txt ./
RUN pip install --no-cache-dir --require-hashes --requirement requirements-audit.txt
COPY pyproject.toml requirements.txt ./
RUN mkdir /sbom \
    && cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible --output-file /sbom/python.cdx.json requirements.txt

FROM python:3.13.14-slim
WORKDIR /app
COPY --from=packages /venv /venv
COPY config.py wsgi.py ./
COPY webhook_logger webhook_logger
COPY --from=compiled /compiled ./
COPY templates templates
COPY docs/protocol.md docs/errors.md docs/openapi.yaml docs/asyncapi.yaml docs/
COPY static static
COPY --from=vendor /src/static/vendor static/vendor
COPY --from=vendor /sbom /usr/share/sbom
COPY --from=sbom /sbom /usr/share/sbom
COPY LICENSE ./
# The command line: docker run --rm IMAGE webhook-logger --help
ENV PATH=/venv/bin:$PATH PYTHONPATH=/app
# Compile the bytecode now: the root file system may be read-only at run time.
RUN printf '#!/bin/sh\nexec python -m webhook_logger "$@"\n' >/usr/local/bin/webhook-logger \
    && chmod 755 /usr/local/bin/webhook-logger \
    && python -m compileall -q .

# docker build --build-arg VERSION=1.0.0 --build-arg REVISION=$(git rev-parse HEAD) .
ARG VERSION=unknown REVISION=unknown
LABEL org.opencontainers.image.title="webhook-logger" \
    org.opencontainers.image.description="Callback URLs whose requests show on every viewer's page in real time" \
    org.opencontainers.image.source="https://github.com/webhook-logger/webhook-logger" \
    org.opencontainers.image.licenses="MIT" \
    org.opencontainers.image.version="$VERSION" \
    org.opencontainers.image.revision="$REVISION" \
    org.opencontainers.image.base.name="docker.io/library/python:3.13.14-slim"

# An unprivileged user, as a number: Kubernetes checks runAsNonRoot without the image's /etc/passwd.
USER 65534:65534
ENV HOST=0.0.0.0 PORT=8000 PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
EXPOSE 8000
# Not with urllib, which would use a proxy from the environment (HTTP_PROXY).
HEALTHCHECK --interval=10s --timeout=3s \
    CMD ["python", "-c", "import http.client, os, sys; c = http.client.HTTPConnection('127.0.0.1', int(os.environ['PORT']), timeout=2); c.request('GET', os.environ.get('URL_PREFIX', '').rstrip('/') + '/healthz'); sys.exit(c.getresponse().status != 200)"]
CMD ["python", "wsgi.py"]
