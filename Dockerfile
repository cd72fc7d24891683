# Convscope in a container: docker build -t convscope . && docker run --rm -p 8000:8000 convscope
# scripts/docker-steps runs these very steps where there is no Docker, and tries the result.

FROM python:3.13-slim-trixie AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_ROOT_USER_ACTION=ignore

# Dependencies first: these layers are rebuilt only when a lock file changes.
WORKDIR /src
COPY requirements/run.txt requirements/build.txt requirements/node.txt requirements/
RUN python3 -m venv /opt/build \
    && /opt/build/bin/pip install --quiet \
        --no-deps --require-hashes --requirement requirements/build.txt --requirement requirements/node.txt
RUN python3 -m venv --without-pip /opt/convscope \
    && /opt/build/bin/pip --python /opt/convscope/bin/python install --quiet \
        --no-deps --require-hashes --requirement requirements/run.txt

COPY pyproject.toml hatch_build.py package.json package-lock.json README.md LICENSE ./
COPY templates templates
COPY static static
COPY engine engine
COPY app app
COPY convscope convscope
RUN /opt/build/bin/hatchling build --target wheel --directory /dist \
    && /opt/build/bin/pip --python /opt/convscope/bin/python install --quiet --no-deps --no-index /dist/*.whl


FROM python:3.13-slim-trixie

LABEL org.opencontainers.image.title="Convscope" \
      org.opencontainers.image.description="See every layer of a convolutional network at work on your own photo" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="0.1.0"

RUN useradd --system --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin convscope \
    && install --directory --owner=convscope /data /secret

COPY --from=build /opt/convscope /opt/convscope

# Nothing is written at run time, so the root file system may be mounted read-only. /data is for a volume
# (CONVSCOPE_TRAININGS_DIR=/data), /secret for one that several servers have (CONVSCOPE_SECRET_FILE=/secret/ids): a
# volume takes its owner from here.
ENV PATH=/opt/convscope/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    CONVSCOPE_HOST=0.0.0.0 \
    CONVSCOPE_PORT=8000

USER 10001:10001
WORKDIR /
EXPOSE 8000

HEALTHCHECK --interval=30s --timeout=10s --start-period=30s --start-interval=2s --retries=3 CMD ["convscope", "health"]

ENTRYPOINT ["convscope"]
CMD ["serve"]
