# Both may be taken from a registry of your own. The first needs a shell, Node 24 or newer and npm; the second is what runs: Node at
# /nodejs/bin/node and nothing else.
ARG BUILD_IMAGE=docker.io/library/node:26-bookworm-slim
ARG BASE_IMAGE=gcr.io/distroless/nodejs26-debian13:nonroot
ARG BUILDPLATFORM
ARG TARGETPLATFORM

# On the machine's own platform, whatever the image is for: what it makes runs on any.
FROM --platform=${BUILDPLATFORM:-linux/amd64} ${BUILD_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json ./
# Without install scripts: no package needs one, and none gets to run.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json LICENSE ./
COPY scripts scripts
COPY src src
# Modes and times are set here, so that the layer is the same for the same commit, whoever builds it.
ARG SOURCE_DATE_EPOCH=0
RUN npm run build \
  && mkdir -p /image/app /image/usr/local/bin \
  && cp dist/* LICENSE /image/app/ \
  && printf '#!/nodejs/bin/node\nrequire("/app/drain-wait.cjs");\n' > /image/usr/local/bin/drain-wait \
  && chmod 0444 /image/app/* && chmod 0555 /image/app /image/usr/local/bin/drain-wait \
  && find /image -exec touch -d "@${SOURCE_DATE_EPOCH}" {} +

# Said although it goes without saying: buildah 1.28 (Debian 12) would go on with the platform of the stage above.
FROM --platform=${TARGETPLATFORM} ${BASE_IMAGE}
COPY --from=build /image /
WORKDIR /app
# A number: the kubelet cannot check `runAsNonRoot` against a name.
USER 65532:65532
EXPOSE 9787
# What the settings save, and what else was tried: docs/footprint.md. Of the C library: one arena, and freed memory goes back at once.
ENV MALLOC_ARENA_MAX=1 \
  MALLOC_MMAP_THRESHOLD_=16384 \
  MALLOC_TOP_PAD_=0 \
  MALLOC_TRIM_THRESHOLD_=0 \
  UV_THREADPOOL_SIZE=1
# Of Node: a small heap, no threads for its collector, and a process that may read the program and the pod's tokens, use the network,
# and start the one child that the program itself gives up when it has ended. Both warnings say that the permission model is young.
ENTRYPOINT ["/nodejs/bin/node", \
  "--max-semi-space-size=1", "--max-old-space-size=64", "--v8-pool-size=0", \
  "--permission", "--allow-fs-read=/app", "--allow-fs-read=/var/run/secrets", "--allow-net", "--allow-child-process", \
  "--disable-warning=ExperimentalWarning", "--disable-warning=PERM0002", \
  "/app/drain-wait.cjs"]
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG SOURCE=
LABEL org.opencontainers.image.title="drain-wait" \
  org.opencontainers.image.description="A Kubernetes sidecar that holds SIGTERM until the AWS load balancer has let go of the pod" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.source="${SOURCE}" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}"
