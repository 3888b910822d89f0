# One image per service: docker build --build-arg SERVICE=order --tag waybill/order .
# Stages in the order of how seldom they change, so that a change in code makes one thin layer anew.
ARG NODE=node:26-slim

FROM ${NODE} AS sources
WORKDIR /app
COPY . .

# What npm needs to know, and nothing else: the next stages are kept while it stays the same.
FROM sources AS manifests
RUN find . -mindepth 1 -type f ! -name package.json ! -path ./package-lock.json -delete \
 && find . -mindepth 1 -type d -empty -delete

# What the service needs when it runs. The pinned Node and the local stack's servers are optional or for development: they stay out,
# and so do workspaces that only tests need, which npm would link although it omits what they bring.
FROM ${NODE} AS dependencies
ARG SERVICE
WORKDIR /app
COPY --from=manifests /app .
RUN test -f "services/${SERVICE}/package.json" || { echo "SERVICE must name a folder of services/: --build-arg SERVICE=order"; exit 1; }; \
    npm pkg delete devDependencies --workspaces --include-workspace-root \
 && npm ci --workspace "services/${SERVICE}" --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund \
 && npm cache clean --force

# The code generated from the contracts, which is never committed.
FROM ${NODE} AS contracts
WORKDIR /app
COPY --from=manifests /app .
RUN npm ci --ignore-scripts --no-audit --no-fund --include-workspace-root --workspace packages/contracts && npm cache clean --force
COPY buf.yaml buf.gen.yaml ./
COPY proto proto
COPY packages/contracts packages/contracts
RUN node packages/contracts/scripts/generate.ts

# The console's pages, which the gateway serves: for the other services there is nothing to build. Its bundler is optional to npm.
FROM ${NODE} AS console
ARG SERVICE
WORKDIR /app
COPY --from=manifests /app .
RUN test "${SERVICE}" != gateway \
 || { npm ci --ignore-scripts --no-audit --no-fund --workspace console --workspace services/gateway && npm cache clean --force; }
COPY . .
COPY --from=contracts /app/packages/contracts/src/gen packages/contracts/src/gen
RUN mkdir -p console/dist && { test "${SERVICE}" != gateway || node console/scripts/build.ts; }

# The service and the packages that it is linked to, without their tests.
FROM sources AS code
ARG SERVICE
COPY --from=dependencies /app/node_modules node_modules
COPY --from=contracts /app/packages/contracts/src/gen /gen
COPY --from=console /app/console/dist /code/console/dist
RUN rm -rf packages/contracts/src/gen && mv /gen packages/contracts/src/gen \
 && mkdir -p /code/services && mv "services/${SERVICE}" /code/services/ \
 && for package in node_modules/@waybill/*; do \
      path="$(readlink -f "$package")"; \
      case "$path" in /app/packages/*) mkdir -p /code/packages && cp -r "$path" /code/packages/ ;; esac; \
    done \
 && rm -rf /code/*/*/test /code/*/*/scripts \
 && { test "${SERVICE}" = gateway || rm -r /code/console; }

FROM ${NODE} AS service
ARG SERVICE
ENV NODE_ENV=production
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY --from=code /code .
WORKDIR /app/services/${SERVICE}
USER 1000:1000
# No shell and no npm in between: SIGTERM reaches Node, which drains and exits with 0.
ENTRYPOINT ["node", "--import", "@waybill/chassis/telemetry"]
CMD ["src/main.ts"]

# For Tilt, which replaces files in running pods as the pods' user. The Tiltfile says what it runs.
FROM service AS development
USER root
RUN chown -R 1000:1000 /app
USER 1000:1000

# What is built unless a target is named.
FROM service
