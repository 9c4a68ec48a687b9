# One image for migrate, worker and web; docker-compose.yml says which command each runs.

FROM python:3.13.16-slim-trixie AS build

ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_NO_CACHE=1

WORKDIR /app
COPY requirements-bootstrap.lock requirements.lock ./
RUN pip install --no-cache-dir --require-hashes --requirement requirements-bootstrap.lock
RUN uv venv --python /usr/local/bin/python /opt/acuerpa \
    && uv pip sync --python /opt/acuerpa/bin/python --require-hashes requirements.lock \
    && rm requirements-bootstrap.lock requirements.lock

COPY activities activities
COPY channels channels
COPY console console
COPY locales locales
COPY migrations migrations
COPY models models
COPY office office
COPY security security
COPY storage storage
COPY templates templates
COPY web web
COPY workflows workflows
COPY admin.py alembic.ini assembly.py carriers.py logs.py setting_types.py settings.py starter.py temporal_client.py worker.py ./

# A checkout made under a strict umask must still be readable for the user of the container.
RUN python -m compileall -q . && chmod -R a+rX .


FROM python:3.13.16-slim-trixie

RUN groupadd --gid 10001 acuerpa \
    && useradd --uid 10001 --gid acuerpa --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin acuerpa \
    && mkdir --mode=0700 /audit && chown acuerpa:acuerpa /audit

COPY --from=build /opt/acuerpa /opt/acuerpa
COPY --from=build /app /app

ENV PATH=/opt/acuerpa/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    ACUERPA_WEB_HOST=0.0.0.0 \
    ACUERPA_WEB_PORT=8080

WORKDIR /app
USER 10001:10001
EXPOSE 8080

HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "\
import http.client, os, sys; \
web = http.client.HTTPConnection('127.0.0.1', int(os.environ['ACUERPA_WEB_PORT']), timeout=4); \
web.request('GET', '/health/ready'); \
sys.exit(web.getresponse().status != 200)"]

CMD ["python", "-m", "web"]
