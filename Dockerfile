# syntax=docker/dockerfile:1
# The image that runs dnsvouch as a user without rights, with one volume: /data.
#   docker build -t dnsvouch .
#   docker run -d -p 53:5300/udp -p 53:5300/tcp -p 8080:8080 -e DNSVOUCH_DOMAIN=auth.example.org \
#     -e DNSVOUCH_PUBLIC_IP=198.51.100.7 -v dnsvouch:/data dnsvouch
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# No install scripts: the native module ships its binaries, and Node is the one of the image.
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM ${NODE_IMAGE}
ENV NODE_ENV=production \
    NODE_COMPILE_CACHE=/app/.compile-cache \
    DNSVOUCH_LISTEN=0.0.0.0:5300 \
    DNSVOUCH_API_IP=0.0.0.0 \
    DNSVOUCH_DB=/data/dnsvouch.db
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# Starting once fills the compile cache, which then is read only.
RUN node dist/main.js --version && install -d -m 0700 -o 65532 -g 65532 /data
USER 65532:65532
VOLUME /data
EXPOSE 5300/udp 5300/tcp 8080/tcp
ENTRYPOINT ["node", "/app/dist/main.js"]
CMD ["serve"]
