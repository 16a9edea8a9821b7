# docker build -t dbdgan . && docker run --rm -p 127.0.0.1:8000:8000 --memory 2g dbdgan
FROM python:3.12-slim
WORKDIR /src
COPY setup.py pyproject.toml constraints.txt README.md ./
COPY dbdgan_tf dbdgan_tf
RUN pip install --no-cache-dir --constraint constraints.txt ".[serve]" && rm -rf /src/*
WORKDIR /
USER 65534:65534
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["dbdgan", "serve", "--host", "0.0.0.0"]
