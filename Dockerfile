# One image for workers, the app and iExec: the locked environment, built once, run by a user without rights.
# The base is named by version, not by digest: put the digest you have checked here before you publish an image.
FROM python:3.11-slim-bookworm AS build
WORKDIR /daisee
RUN python -m venv /venv
COPY requirements.lock ./
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock
COPY pyproject.toml README.md ./
COPY offchain_worker offchain_worker
COPY app app
COPY .streamlit .streamlit
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation --editable .

# The local chain, for trying things out: the anvil that `make setup` installs too.
FROM node:20-bookworm-slim AS chain
WORKDIR /chain
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund && mkdir /state && chown node /state
USER node
ENTRYPOINT ["node_modules/.bin/anvil"]

FROM python:3.11-slim-bookworm
RUN useradd --uid 10001 --create-home daisee && mkdir -p /data /iexec_in /iexec_out && chown daisee /data /iexec_out
COPY --from=build /venv /venv
COPY --from=build /daisee /daisee
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 HOME=/home/daisee
WORKDIR /daisee
USER daisee
VOLUME /data
# iExec runs the image with nothing but an app's arguments: `conformity` or `settlement`, then `--callback` if asked.
# `docker run IMAGE daisee worker run …` is a worker.
COPY --chmod=755 scripts/entrypoint.sh /usr/local/bin/daisee-entrypoint
ENTRYPOINT ["daisee-entrypoint"]
