"""Prints what `dbdgan serve` does beside one process: requests/s, p99, answers to bad uploads, memory.

Server and clients share this machine over loopback; the rate of one process is measured before and after.
"""

import collections
import dataclasses
import http.client
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from dbdgan_tf.command.flags import start
from dbdgan_tf.command.options import option
from dbdgan_tf.metrics.markdown import markdown_table

CLIENTS, LEAST_SHARE, GROWN_MEGABYTES = (1, 8, 64), 0.7, 30.0


@dataclasses.dataclass(frozen=True)
class BenchmarkConfig:
    """What to ask for."""

    model: str = option("lite", "As dbdgan serve --model.")
    megapixels: float = option(12.0, "Of the JPEG that is sent.", at_least=0.1)
    seconds: float = option(20.0, "For each number of clients, and for one process.", at_least=1)
    requests: int = option(3000, "Those whose memory is watched; every third is malformed.", at_least=100)
    workers: int = option(2, "Of the server, and threads of the one process.", at_least=1)


class Server:
    """`dbdgan serve` on a free port."""

    def __init__(self, options):
        words = ["serve", "--port", "0", "--workers", str(options.workers), "--model", options.model]
        command = [sys.executable, "-m", "dbdgan_tf.cli", *words]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        self.port = int(re.search(r":(\d+);", self.process.stderr.readline())[1])

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)

    def megabytes(self):
        """Resident memory."""
        connection = self.connect()
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        return float(re.search(r"process_resident_memory_bytes (\d\S*)", text)[1]) / 1e6


def ask(connection, path, body, headers=()):
    """Status and headers of one POST."""
    connection.request("POST", path, body, dict(headers))
    answer = connection.getresponse()
    answer.read()
    return answer.status, answer.headers


def rate_of_one_process(options, photo):
    """Maps/s of `dbdgan map`'s own work, without reading and writing files."""
    from dbdgan_tf.cli.options import open_detectors
    from dbdgan_tf.cli.pipeline import run_in_threads
    from dbdgan_tf.inference.rendering import Rendering, map_photo

    detectors, end = open_detectors(options.model), time.monotonic() + options.seconds
    photos = iter(lambda: photo if time.monotonic() < end else None, None)
    begun = time.monotonic()
    maps = run_in_threads(photos, lambda data: map_photo(data, detectors, Rendering()), options.workers)
    return sum(1 for _ in maps) / (time.monotonic() - begun)


def rate_of_clients(server, photo, clients, seconds):
    """(answers/s of status 200, 99th percentile of their time in s, Counter of statuses)."""
    times, statuses, end = [], collections.Counter(), time.monotonic() + seconds

    def client():
        connection = server.connect()
        while time.monotonic() < end:
            begun = time.monotonic()
            status, headers = ask(connection, "/map", photo)
            statuses[status] += 1
            if status == 200:
                times.append(time.monotonic() - begun)
            time.sleep(float(headers.get("Retry-After", 0)))

    begun = time.monotonic()
    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(times) / (time.monotonic() - begun), sorted(times)[int(0.99 * len(times))], statuses


def bad_upload(photo, seed):
    """(path, body, headers) of a request that something is wrong with."""
    draw = random.Random(seed)
    spoilt = bytearray(photo)
    for _ in range(draw.randrange(1, 200)):
        spoilt[draw.randrange(len(spoilt))] = draw.randrange(256)
    form = {"Content-Type": "multipart/form-data; boundary=B"}
    uploads = [
        ("/map", bytes(spoilt), {}),
        ("/score", bytes(spoilt), {}),
        ("/map", photo[: draw.randrange(len(photo))], {}),
        ("/map", draw.randbytes(draw.randrange(2000)), {}),
        ("/score", photo[:20] + draw.randbytes(500), {}),
        ("/score", b"--B\r\n" + draw.randbytes(300), form),
        ("/map", photo, {"Content-Type": "multipart/form-data"}),
        (f"/map?threshold={draw.randrange(2, 9)}", photo, {}),
        (f"/score?roi={draw.randrange(10**6)}", photo, {}),
        ("/map", b"\x89PNG\r\n\x1a\n" + draw.randbytes(200), {}),
    ]
    return draw.choice(uploads)


def watch_memory(server, photo, requests):
    """(MB by which memory grew after the first 1000, or the first third, Counter of statuses)."""
    statuses, first = collections.Counter(), None
    connection = server.connect()
    for number in range(requests):
        if number == min(1000, requests // 3):
            first = server.megabytes()
        good = (("/map", "/score")[number % 2], photo, {})
        request = good if number % 3 else bad_upload(photo, number)
        statuses[ask(connection, *request)[0]] += 1
    return server.megabytes() - first, statuses


def main(options):
    from dbdgan_tf.cli.bench_command import write_photos

    with tempfile.TemporaryDirectory() as folder:
        photo = write_photos(Path(folder) / "in", 1, options.megapixels).read_bytes()
        small = write_photos(Path(folder) / "small", 1, 0.3).read_bytes()
    server = Server(options)
    try:
        alone = [rate_of_one_process(options, photo)]
        served = {clients: rate_of_clients(server, photo, clients, options.seconds) for clients in CLIENTS}
        alone.append(rate_of_one_process(options, photo))
        grown, statuses = watch_memory(server, small, options.requests)
    finally:
        server.process.terminate()
        server.process.wait()
    share = served[8][0] / (sum(alone) / 2)
    for _, _, found in served.values():
        statuses += found
    kept = all(status in (200, 503) or 400 <= status < 500 for status in statuses)
    process = f"one process, {options.workers} threads, before and after, maps/s"
    rows = [
        [process, f"{alone[0]:.1f}, {alone[1]:.1f}", ""],
        *(
            [f"{n} clients: maps/s; p99", f"{r:.1f}; {1000 * p99:.0f} ms", ""]
            for n, (r, p99, _) in served.items()
        ),
        ["8 clients beside one process", f"{share:.2f}", f">= {LEAST_SHARE}"],
        ["answers by status", ", ".join(f"{s}: {n}" for s, n in sorted(statuses.items())), "200, 4xx, 503"],
        [f"memory grown over {options.requests} requests, MB", f"{grown:.1f}", f"< {GROWN_MEGABYTES:.0f}"],
    ]
    print(markdown_table(["what", "measured", "promised"], rows), end="")
    sys.exit(0 if kept and share >= LEAST_SHARE and grown < GROWN_MEGABYTES else 1)


if __name__ == "__main__":
    start(BenchmarkConfig, main)
