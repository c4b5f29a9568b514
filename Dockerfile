# The page's scripts, bundled; Node is not in the image that runs.
FROM node:22-slim AS vendor
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev
COPY static/js static/js
RUN npm run vendor

FROM python:3.13-slim
WORKDIR /app
COPY requirements.txt ./
RUN pip install --no-cache-dir --requirement requirements.txt
COPY config.py wsgi.py ./
COPY webhook_logger webhook_logger
COPY templates templates
COPY docs/protocol.md docs/openapi.yaml docs/asyncapi.yaml docs/
COPY static static
COPY --from=vendor /src/static/vendor static/vendor

USER nobody
ENV HOST=0.0.0.0 PORT=8000 PYTHONUNBUFFERED=1
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}{os.environ.get(\"URL_PREFIX\", \"\").rstrip(\"/\")}/healthz', timeout=2)"]
CMD ["python", "wsgi.py"]
