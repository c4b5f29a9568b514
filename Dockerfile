# Bundle the page's scripts and the licenses of their libraries. The final image does not contain Node.
FROM node:22.23.3-slim AS vendor
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev
COPY deploy/bundle.js deploy/collect-providers.js deploy/notices.js deploy/
COPY webhook_logger/providers/registry webhook_logger/providers/registry
COPY webhook_logger/client/filter.json webhook_logger/client/
COPY static/css static/css
COPY static/js static/js
RUN npm run vendor

FROM python:3.13.14-slim
WORKDIR /app
COPY requirements.txt ./
RUN pip install --no-cache-dir --require-hashes --requirement requirements.txt
COPY config.py wsgi.py ./
COPY webhook_logger webhook_logger
COPY templates templates
COPY docs/protocol.md docs/errors.md docs/openapi.yaml docs/asyncapi.yaml docs/
COPY static static
COPY --from=vendor /src/static/vendor static/vendor
COPY LICENSE ./
# The command line: docker run --rm IMAGE webhook-logger --help
ENV PYTHONPATH=/app
RUN printf '#!/bin/sh\nexec python -m webhook_logger "$@"\n' >/usr/local/bin/webhook-logger \
    && chmod 755 /usr/local/bin/webhook-logger

# An unprivileged user, as a number: Kubernetes checks runAsNonRoot without the image's /etc/passwd.
USER 65534:65534
ENV HOST=0.0.0.0 PORT=8000 PYTHONUNBUFFERED=1
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}{os.environ.get(\"URL_PREFIX\", \"\").rstrip(\"/\")}/healthz', timeout=2)"]
CMD ["python", "wsgi.py"]
