# The server runs as it is written and needs only the packages it runs with; what the browser loads is built.
FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY .npmrc package.json package-lock.json ./
COPY server/package.json server/
COPY simulator/package.json simulator/
COPY model-simulator/package.json model-simulator/
COPY dashboard/package.json dashboard/
# Install scripts are off: the only one that matters fetches Node 24, which this image already is.
RUN npm ci --omit=dev --ignore-scripts --workspace server --include-workspace-root=false

FROM node:24-bookworm-slim AS dashboard
WORKDIR /app
COPY .npmrc package.json package-lock.json ./
COPY server/package.json server/
COPY simulator/package.json simulator/
COPY model-simulator/package.json model-simulator/
COPY dashboard/package.json dashboard/
RUN npm ci --omit=dev --ignore-scripts --workspace dashboard --include-workspace-root=false
COPY docs/openapi.json docs/
COPY dashboard dashboard
RUN node dashboard/build/build.ts

FROM node:24-bookworm-slim
# tini is process 1: it hands signals on and reaps what the program leaves behind. ffmpeg converts GIFs and sound.
# .cache takes the empty database that every new embedded one is a copy of.
RUN apt-get update \
  && apt-get install -y --no-install-recommends ffmpeg tini \
  && rm -rf /var/lib/apt/lists/* \
  && install -d -o node -g node -m 0700 /data /app/.cache
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json LICENSE NOTICE README.md ./
COPY server/package.json server/
COPY server/migrations server/migrations
COPY server/bin server/bin
COPY server/src server/src
COPY --from=dashboard /app/dashboard/dist dashboard/dist
ENV NODE_ENV=production \
  MOLTFLOW_HOST=0.0.0.0 \
  MOLTFLOW_PORT=3000 \
  MOLTFLOW_DATA_DIR=/data
USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.MOLTFLOW_PORT}/health/ready`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["tini", "--"]
CMD ["server/bin/moltflow"]
LABEL org.opencontainers.image.title="MoltFlow" \
  org.opencontainers.image.description="Open, self-hosted platform for WhatsApp automation" \
  org.opencontainers.image.licenses="GPL-3.0-only AND Apache-2.0"
