# syntax=docker/dockerfile:1
# The image that runs dnsvouch as a user without rights, with one volume: /data.
#   docker build -t dnsvouch .
#   docker run -d --name dnsvouch --restart unless-stopped -p 53:5300/udp -p 53:5300/tcp -p 8080:8080 \
#     -p 127.0.0.1:8081:8081 -e DNSVOUCH_DOMAIN=auth.example.org -e DNSVOUCH_PUBLIC_IP=198.51.100.7 -v dnsvouch:/data dnsvouch
# It works with --read-only, --cap-drop ALL, --security-opt no-new-privileges and any --user.
# A release fills in the digest of this image; test/integration/image.test.ts runs the steps below.
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# No install scripts: the native modules ship their binaries, and Node is the one of the image.
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM ${NODE_IMAGE}
ENV NODE_ENV=production \
    NODE_COMPILE_CACHE=/app/.compile-cache \
    DNSVOUCH_LISTEN=0.0.0.0:5300 \
    DNSVOUCH_API_IP=0.0.0.0 \
    DNSVOUCH_PORTAL_LISTEN=0.0.0.0:8081 \
    DNSVOUCH_METRICS_LISTEN=0.0.0.0:9153 \
    DNSVOUCH_DB=/data/dnsvouch.db
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# A short run fills the compile cache, which is read only from then on. /data is sticky, as /tmp is, so that
# it takes whatever user the container runs as; files in it are for that user alone. Any port will do for it:
# with `docker build --network=host` a server that runs already holds the usual ones.
RUN DNSVOUCH_LISTEN=127.0.0.1:0 DNSVOUCH_API_IP=127.0.0.1 DNSVOUCH_API_PORT=0 DNSVOUCH_PORTAL_LISTEN=127.0.0.1:0 \
        DNSVOUCH_METRICS_LISTEN=127.0.0.1:0 node dist/main.js serve --dry-run \
    && chmod -R a+rX /app && chmod a+x dist/main.js \
    && ln -s /app/dist/main.js /usr/local/bin/dnsvouch \
    && install -d -m 1777 -o 65532 -g 65532 /data
USER 65532:65532
VOLUME /data
EXPOSE 5300/udp 5300/tcp 8080/tcp 8081/tcp 9153/tcp
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 \
    CMD ["node", "/app/dist/main.js", "healthcheck"]
ENTRYPOINT ["node", "/app/dist/main.js"]
CMD ["serve"]
