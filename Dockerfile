# Lumina as an image: built in one stage, run in another that gets no compiler and is not root's.
#
# BASE is any Debian-like image, with Python 3.11 or newer of its own (python:3.x-slim) or with none yet (debian:12-slim:
# Debian's is installed then). Both stages stand on it, so that the modules meet the very interpreter they were made for.
# The default is in FROM, because docker-compose 1 hands on a variable that is not set as one that is empty.
ARG BASE

FROM ${BASE:-python:3.12-slim} AS runtime
ENV PATH=/opt/lumina/bin:$PATH
# ca-certificates: an https upstream is verified against them. apt-get clean: a base that was not made for images keeps
# an index of all packages, which is several times as large as Lumina. The user has a number that no host gives to a
# person, and it is by number that an orchestrator can tell it is not root.
RUN set -eu; \
    packages=ca-certificates; \
    command -v python3 >/dev/null || packages="$packages python3"; \
    apt-get update -qq; \
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages; \
    apt-get clean; \
    rm -rf /var/lib/apt/lists/*; \
    groupadd --gid 10001 lumina; \
    useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin lumina

FROM runtime AS build
# Where packages come from, if not from where pip looks by itself. They end with this stage.
ARG PIP_INDEX_URL
ARG PIP_EXTRA_INDEX_URL
ARG PIP_TRUSTED_HOST
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
RUN set -eu; \
    packages='gcc libc6-dev'; \
    case "$(command -v python3)" in /usr/bin/*) packages="$packages python3-dev python3-venv" ;; esac; \
    apt-get update -qq; \
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages; \
    rm -rf /var/lib/apt/lists/*
WORKDIR /build
RUN python3 -m venv tools-env && python3 -m venv --without-pip /opt/lumina
# What others wrote changes seldom: it is installed before our sources are looked at, and stays cached when they change.
COPY pyproject.toml ./
COPY tools/needs.py tools/
RUN set -eu; \
    tools-env/bin/python tools/needs.py build | xargs -d '\n' tools-env/bin/pip install --quiet; \
    tools-env/bin/python tools/needs.py run | xargs -d '\n' tools-env/bin/pip --python /opt/lumina/bin/python install --quiet
COPY setup.py README.md LICENSE ./
COPY src src
RUN set -eu; \
    tools-env/bin/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir wheel .; \
    tools-env/bin/pip --python /opt/lumina/bin/python install --quiet --no-deps wheel/*.whl

FROM runtime
LABEL org.opencontainers.image.title="Lumina" \
      org.opencontainers.image.description="An API gateway and reverse proxy" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /opt/lumina /opt/lumina
# Python's images come without bytecode, and the user of this one may not write any: what a start and a health check
# import is compiled now. A module that does not load on this base ends the build here.
RUN python -c 'import lumina.cli.healthcheck, lumina.cli.serve, lumina.config.load, lumina.control.events, \
lumina.control.pages, lumina.control.supervisor, lumina.control.worker'
USER 10001:10001
EXPOSE 8080
# For a gateway whose health is elsewhere (another port, an admin address, TLS), give the container a command with --url.
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s --retries=3 CMD ["lumina", "healthcheck"]
ENTRYPOINT ["lumina"]
CMD ["serve", "--config", "/etc/lumina/config.yaml"]
