"""One server for all, as a process of its own, with two workers and one place to wait."""

import contextlib
import http.client
import re
import socket
import subprocess
import sys

import pytest


class Client:
    def __init__(self, process):
        self.process = process
        self.port = int(re.search(rb":(\d+);", process.stderr.readline())[1])

    def ask(self, method, path, body=None, headers=None):
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()

    def begin_upload(self, size=100):
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        connection.sendall(f"POST /score HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n".encode())
        return connection


@pytest.fixture(scope="session")
def start(model):
    pytest.importorskip("fastapi", reason="needs the extra: pip install '.[serve]'")

    @contextlib.contextmanager
    def run(*options):
        words = ("serve", "--port", "0", "--workers", "2", "--model", model, *options)
        process = subprocess.Popen([sys.executable, "-m", "dbdgan_tf.cli", *words], stderr=subprocess.PIPE)
        try:
            yield Client(process)
        finally:
            process.kill()
            process.wait()

    return run


@pytest.fixture(scope="session")
def server(start):
    limits = ("--queue", "1", "--max-megabytes", "1", "--max-megapixels", "5", "--timeout", "2")
    with start(*limits) as client:
        yield client
