"""dbdgan serve over loopback: answers as the command's, each refusal, places, and the end."""

import asyncio
import base64
import json
import re
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest

from dbdgan_tf.inference.detector import Detectors
from dbdgan_tf.inference.rendering import Rendering, map_photo
from dbdgan_tf.serve.places import Busy, Places
from dbdgan_tf.sharpness.score import columns, measure


def photo():
    field = np.random.default_rng(0).integers(0, 60, (60, 80, 3), np.uint8)
    pixels = cv2.resize(field, (640, 480), interpolation=cv2.INTER_NEAREST)
    return cv2.imencode(".jpg", pixels)[1].tobytes()


def form(**files):
    head = '--B\r\nContent-Disposition: form-data; name="f"; filename="{}"\r\n\r\n'
    parts = [head.format(name).encode() + content + b"\r\n" for name, content in files.items()]
    return b"".join(parts) + b"--B--\r\n", {"Content-Type": "multipart/form-data; boundary=B"}


def test_one_map_is_the_commands(server, model):
    status, headers, body = server.ask("POST", "/map?format=overlay&threshold=0.3&max_side=100", photo())
    assert (status, headers["Content-Type"]) == (200, "image/png")
    assert body == map_photo(photo(), Detectors(model), Rendering("overlay", 0.3, max_side=100))


def test_one_score_has_the_commands_columns(server, model):
    status, _, body = server.ask("POST", "/score?roi=0,0,0.5,0.5&sharp_at=300", photo())
    expected = measure(photo(), Detectors(model), (0, 0, 0.5, 0.5), 300).score
    assert status == 200 and json.loads(body) == {"path": "", **columns(expected), "error": ""}


def test_several_images_one_of_them_bad(server):
    body, headers = form(good=photo(), bad=photo()[:500])
    status, _, scores = server.ask("POST", "/score", body, headers)
    good, bad = json.loads(scores)
    assert status == 200 and (good["path"], good["verdict"], good["error"]) == ("good", "sharp", "")
    assert bad["path"] == "bad" and bad["width"] is None and "damaged or cut off" in bad["error"]
    good, bad = json.loads(server.ask("POST", "/map", body, headers)[2])
    pixels = cv2.imdecode(np.frombuffer(base64.b64decode(good["map_png"]), np.uint8), cv2.IMREAD_GRAYSCALE)
    assert pixels.shape == (480, 640) and bad["map_png"] is None and "damaged" in bad["error"]


NO_FILE = b'--B\r\nContent-Disposition: form-data; name="f"\r\n\r\n/etc/passwd\r\n--B--\r\n'
FORM = "multipart/form-data"
BAD = [
    ("/map", b"", 400, "is empty"),
    ("/map", b"no image at all", 415, "not an image"),
    ("/map", photo()[:900], 400, "damaged or cut off"),
    ("/score", b"x" * 1_100_000, 413, "1.1 MB; allowed: 1"),
    ("/score", cv2.imencode(".png", np.zeros((2500, 2500), np.uint8))[1].tobytes(), 413, "6.25 megapixels"),
    ("/map?threshold=nan", photo(), 422, "threshold"),
    ("/map?format=gif", photo(), 422, "format: .*gif"),
    ("/map?path=/etc/passwd", photo(), 422, "path: Extra inputs"),
    ("/score?roi=1,2", photo(), 422, "four numbers"),
    ("/score?roi=900,0,9,9", photo(), 422, "outside of the photograph"),
    ("/nothing", b"", 404, "not found"),
    ("/healthz", b"", 405, "not allowed"),
    ("/map", b"no form", 400, "multipart", FORM),
    ("/map", b"no form", 400, "multipart|no image", f"{FORM}; boundary=B"),
    ("/map", NO_FILE, 400, "no image", f"{FORM}; boundary=B"),
]


@pytest.mark.parametrize("case", BAD, ids=lambda case: case[0])
def test_refusals_are_one_sentence_of_json(server, case):
    path, body, status, reason, kind = (*case, "image/*")[:5]
    found, _, answer = server.ask("POST", path, body, {"Content-Type": kind})
    assert found == status and re.search(reason, json.loads(answer)["error"])


def test_no_path_is_read(server, model):
    assert server.ask("POST", "/score", model.encode())[0] == 415
    body, headers = form(**{f"../..{model}": b"text"})
    (row,) = json.loads(server.ask("POST", "/score", body, headers)[2])
    assert row["path"].endswith(model) and row["error"] == "is not an image that can be read"


def test_full_places_a_client_that_leaves_and_one_that_is_slow(server):
    begun = time.monotonic()
    slow, *others = [server.begin_upload() for _ in range(3)]
    _wait_for_taken(server, 3)
    status, headers, answer = server.ask("POST", "/score", photo())
    assert status == 503 and headers["Retry-After"] == "1" and "every place" in json.loads(answer)["error"]
    for connection in others:
        connection.close()
    _wait_for_taken(server, 1)
    assert server.ask("POST", "/score", photo())[0] == 200
    assert slow.recv(65536).startswith(b"HTTP/1.1 408 ") and time.monotonic() - begun < 10
    _wait_for_taken(server, 0)


def test_work_that_takes_too_long(start):
    noise = np.random.default_rng(0).integers(0, 255, (3000, 4000, 3), np.uint8)
    large = cv2.imencode(".png", noise)[1].tobytes()
    with start("--timeout", "0.3") as server, ThreadPoolExecutor(8) as pool:
        # Eight of them, two at a time, on loopback: the upload takes milliseconds, the work seconds.
        answers = list(pool.map(lambda _: server.ask("POST", "/score", large), range(8)))
        assert {status for status, *_ in answers} <= {200, 408, 503}
        assert any(b"took longer than 0.3 s" in body for _, _, body in answers)
        _wait_for_taken(server, 0)


def _wait_for_taken(server, count):
    end, page = time.monotonic() + 10, ""
    while not re.search(rf"dbdgan_places_taken {count}\b", page):
        assert time.monotonic() < end
        time.sleep(0.02)
        page = server.ask("GET", "/metrics")[2].decode()


def test_metrics_and_health(server):
    server.ask("POST", "/map", photo())
    text = server.ask("GET", "/metrics")[2].decode()
    assert re.search(r'dbdgan_answers_total\{path="/map",status="200"\} [1-9]', text)
    assert 'dbdgan_seconds_bucket{le="0.1",path="/map"}' in text and "process_resident_memory_bytes" in text
    health = json.loads(server.ask("GET", "/healthz")[2])
    assert health["status"] == "ok" and len(health["model_sha256"]) == 64


def test_the_description_tells_all_that_a_client_needs(server):
    text = json.loads(server.ask("GET", "/openapi.json")[2])
    post = text["paths"]["/map"]["post"]
    options = {"format", "threshold", "conservative", "white", "max_side"}
    assert {item["name"] for item in post["parameters"]} == options
    bodies = {"image/*", "application/octet-stream", "multipart/form-data"}
    assert set(post["requestBody"]["content"]) == bodies
    assert {"200", "400", "408", "413", "415", "422", "503"} <= set(post["responses"])
    fields = text["components"]["schemas"]["ScoredImage"]["properties"]
    assert list(fields) == ["path", *columns(None), "error"]


def test_an_address_in_use_is_one_line(server, model, run_module):
    code, _, said = run_module("dbdgan_tf.cli", "serve", "--model", model, "--port", server.port)
    line = r"dbdgan: cannot listen at 127.0.0.1:\d+ \(Address already in use\).*\n"
    assert code == 1 and re.fullmatch(line, said)


def test_sigterm_finishes_what_has_begun(start):
    content = photo()
    with start() as server:
        connection = server.begin_upload(size=len(content))
        _wait_for_taken(server, 1)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        connection.sendall(content)
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
        assert server.process.wait(30) == 0 and server.process.stderr.read() == b""


def test_what_waits_never_begins_and_what_has_begun_keeps_its_place():
    warmed, begun, go, done = [], threading.Event(), threading.Event(), []

    def work(name):
        begun.set()
        go.wait(10)
        done.append(name)

    async def scenario():
        places = Places(1, 1, lambda: warmed.append(threading.get_ident()))

        async def request(name):
            with places.take():
                await places.run(work, name)

        first, second = asyncio.create_task(request("first")), asyncio.create_task(request("second"))
        await asyncio.to_thread(begun.wait, 10)
        with pytest.raises(Busy), places.take():
            pass
        for task in (first, second):
            task.cancel()
        await asyncio.gather(first, second, return_exceptions=True)
        assert places.taken == 1
        go.set()
        while places.taken:
            await asyncio.sleep(0.01)

    asyncio.run(asyncio.wait_for(scenario(), 10))
    assert done == ["first"] and len(warmed) == 1
