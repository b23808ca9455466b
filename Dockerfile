# connwatch without a shell, a package manager or a compiler. docs/install.md says how to run it.
#
#   docker build  --build-arg SOURCE_COMMIT="$(git rev-parse --short=12 HEAD)" --tag connwatch .
#   buildah build --build-arg SOURCE_COMMIT="$(git rev-parse --short=12 HEAD)" --tag connwatch --format docker .
#
# The OCI format has no health check, so buildah and podman need --format docker. With --platform linux/arm64 (or
# linux/amd64) the addon is cross-compiled: no program of the other architecture runs.

# This Node.js runs the build; the one in the image comes from package-lock.json.
FROM --platform=$BUILDPLATFORM docker.io/library/node:24.21.0-bookworm-slim AS build
ARG TARGETARCH
WORKDIR /src
# Packages of Debian and npm: this layer is built again only when these files change.
COPY package.json package-lock.json .npmrc ./
COPY scripts scripts
RUN node scripts/setup.mjs --dependencies
COPY . .
ARG SOURCE_COMMIT
RUN node scripts/package.mjs --image-root /image

FROM scratch
ARG VERSION=0.1.0
ARG SOURCE_COMMIT
LABEL org.opencontainers.image.title="connwatch" \
      org.opencontainers.image.description="Watches every TCP connection of a Linux node with eBPF and feeds OpenTelemetry" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$SOURCE_COMMIT" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.base.name="scratch"
COPY --from=build /image /
ENV PATH=/opt/connwatch/bin MALLOC_ARENA_MAX=1 MALLOC_TRIM_THRESHOLD_=131072
# uid 0; all capabilities except BPF and PERFMON can be dropped.
USER 0:0
EXPOSE 9090 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 \
  CMD ["/opt/connwatch/bin/node", "/opt/connwatch/dist/connwatch.js", "health"]
ENTRYPOINT ["/opt/connwatch/bin/node", "--disable-sigusr1", "--max-old-space-size=256", "--max-semi-space-size=4", "/opt/connwatch/dist/connwatch.js"]
