"""The service: POST /map, POST /score, GET /healthz, GET /metrics, GET /openapi.json; until told to stop."""

import asyncio
import base64
import contextlib
import functools
import os
import socket
import sys
from typing import Annotated

import cv2
import fastapi
import uvicorn
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from dbdgan_tf import __version__
from dbdgan_tf.inference.rendering import Rendering, map_photo
from dbdgan_tf.serve import documents
from dbdgan_tf.serve.metrics import Metrics
from dbdgan_tf.serve.places import Busy, Places
from dbdgan_tf.serve.uploads import Refusal, read_images, refusal_of, skip_body
from dbdgan_tf.sharpness.score import columns, measure, parse_roi

_REFUSED = {status: {"model": documents.Error} for status in (400, 408, 413, 415, 422, 503)}
_BODY = {"openapi_extra": documents.BODY}


def run(detectors, limits, host, port):
    """Serves until SIGTERM or Ctrl-C, `limits` as `dbdgan serve` has them; what has begun is finished."""
    with _listen(host, port) as listener:
        # A photograph is one thread's.
        cv2.setNumThreads(1)
        quiet = {"lifespan": "off", "log_level": "error", "access_log": False, "server_header": False}
        seconds = int(2 * limits.timeout) + 1
        app = make_app(detectors, limits)
        server = uvicorn.Server(uvicorn.Config(app, timeout_graceful_shutdown=seconds, **quiet))
        shown = f"[{host}]" if ":" in host else host
        address = f"http://{shown}:{listener.getsockname()[1]}"
        print(f"dbdgan serves at {address}; Ctrl-C ends it.", file=sys.stderr, flush=True)
        # uvicorn finishes what has begun, and then hands the signal on.
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[listener])


def _listen(host, port):
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=1024)
    except OSError as error:
        reason = error.strerror if isinstance(error, socket.gaierror) else os.strerror(error.errno)
        raise OSError(f"cannot listen at {host}:{port} ({reason}); choose --host and --port") from error


def make_app(detectors, limits):
    """The ASGI application; every worker thread has opened its detector before this returns."""
    about = {"title": "dbdgan", "version": __version__, "description": documents.DESCRIPTION}
    app = fastapi.FastAPI(**about, docs_url=None, redoc_url=None)
    places = Places(limits.workers, limits.queue, detectors.get)
    metrics = Metrics(lambda: places.taken, ("/map", "/score", "/healthz", "/metrics", "/openapi.json"))
    facts = {"status": "ok", "version": __version__, "model_sha256": detectors.model_checksum()}
    serve, most = functools.partial(_serve, places, limits, metrics), limits.max_megapixels * 1e6

    @app.post("/map", responses={200: {"content": {"image/png": {}}}, **_REFUSED}, **_BODY)
    async def map_images(
        request: fastapi.Request, options: Annotated[documents.MapOptions, fastapi.Query()]
    ) -> list[documents.MappedImage]:
        """The blur map of an image as PNG; of several (multipart), a JSON list with the PNGs in base64."""
        rendering = Rendering(**options.model_dump())
        rows, many = await serve(request, lambda data: map_photo(data, detectors, rendering, ".png", most))
        if not many:
            return Response(rows[0][1], media_type="image/png")
        encoded = [(name, png and base64.b64encode(png).decode(), error) for name, png, error in rows]
        return JSONResponse([dict(zip(("path", "map_png", "error"), row)) for row in encoded])

    @app.post("/score", responses=_REFUSED, **_BODY)
    async def score_images(
        request: fastapi.Request, options: Annotated[documents.ScoreOptions, fastapi.Query()]
    ) -> documents.ScoredImage | list[documents.ScoredImage]:
        """How sharp an image is; of several (multipart), a list."""
        try:
            roi = parse_roi(options.roi)
        except ValueError as error:
            raise Refusal(422, f"roi: {error}") from error

        def work(data):
            return measure(data, detectors, roi, options.sharp_at, most).score

        rows, many = await serve(request, work)
        scored = [{"path": name, **columns(score), "error": error or ""} for name, score, error in rows]
        return JSONResponse(scored if many else scored[0])

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        """Answers once the model is warm."""
        return facts

    @app.get("/metrics", response_class=fastapi.responses.PlainTextResponse)
    async def metrics_page():
        """Counts and times for Prometheus."""
        return Response(metrics.text(), media_type="text/plain; version=0.0.4")

    _tell_errors(app)
    return metrics.around(app)


async def _serve(places, limits, metrics, request, work):
    """(rows, many): of each image (name, result, error); one image's error is the request's."""
    try:
        with places.take():
            images, many = await read_images(request, limits.max_megabytes, limits.timeout)
            rows = _each(places, metrics, images, many, work)
            return await _while_connected(request, limits.timeout, rows), many
    except Busy:
        await skip_body(request, limits.max_megabytes)
        raise Refusal(503, "every place is taken; try again") from None
    except Refusal as refusal:
        if refusal.status == 413:
            await skip_body(request, limits.max_megabytes)
        raise


async def _each(places, metrics, images, many, work):
    rows = []
    for name, data in images:
        try:
            rows.append((name, await places.run(work, data), None))
            metrics.images.labels("done").inc()
        except (ValueError, MemoryError) as error:
            metrics.images.labels("refused").inc()
            if not many:
                raise refusal_of(error) from error
            rows.append((name, None, refusal_of(error).reason))
    return rows


async def _while_connected(request, seconds, work):
    """What `work` returns; it is cancelled where the client leaves or the time is over."""
    task, leaving = asyncio.create_task(work), asyncio.create_task(_wait_for_leaving(request))
    try:
        await asyncio.wait({task, leaving}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        if leaving.done():
            raise ClientDisconnect
        raise Refusal(503, f"took longer than {seconds:g} s")
    finally:
        task.cancel()
        leaving.cancel()


async def _wait_for_leaving(request):
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _tell_errors(app):
    def invalid(error):
        first = error.errors()[0]
        return Refusal(422, f"{first['loc'][-1]}: {first['msg']}. Received: {first.get('input')!r:.80}.")

    for kind, refusal_for in {
        Refusal: lambda refusal: refusal,
        RequestValidationError: invalid,
        HTTPException: lambda error: Refusal(error.status_code, str(error.detail).lower()),
        ClientDisconnect: lambda _: Refusal(499, "the client left"),
        Exception: lambda _: Refusal(500, "the service failed; its log says where"),
    }.items():

        @app.exception_handler(kind)
        async def answer(_, error, refusal_for=refusal_for):
            refusal = refusal_for(error)
            return JSONResponse({"error": refusal.reason}, refusal.status, refusal.headers)
