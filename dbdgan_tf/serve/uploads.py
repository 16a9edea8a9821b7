"""Images from the body of a request: raw bytes or multipart, in memory, within limits; what is refused."""

import asyncio
import contextlib

from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect

from dbdgan_tf.photo import ImageInputError
from dbdgan_tf.photo.errors import explain

_MOST_IMAGES = 100
_STATUS = {"no image": 415, "not installed": 415, "too large": 413, "unsuitable": 422}


class Refusal(Exception):
    """A request that is not fulfilled: status of HTTP, one sentence; after 503 to be tried again soon."""

    def __init__(self, status, reason):
        super().__init__(reason)
        self.status, self.reason = status, reason
        self.headers = {"Retry-After": "1"} if status == 503 else {}


def refusal_of(error):
    """The `Refusal` for the ValueError or MemoryError that a photograph raised."""
    if isinstance(error, ImageInputError):
        return Refusal(_STATUS.get(error.kind, 400), error.reason)
    return Refusal(503 if isinstance(error, MemoryError) else 422, explain(error))


class _InMemory(MultiPartParser):
    # The body is bounded already, and a service may have no disk to write to.
    spool_max_size = 2**40


async def read_images(request, megabytes, seconds):
    """(name as the client gave it, bytes) of each image, and whether there is a form; or a `Refusal`."""
    body = _limited(request, megabytes * 1e6)
    many = request.headers.get("content-type", "").lower().startswith("multipart/form-data")
    try:
        async with asyncio.timeout(seconds):
            if many:
                images = await _parts(request, body)
            else:
                images = [("", b"".join([chunk async for chunk in body]))]
    except TimeoutError:
        raise Refusal(408, f"the upload took longer than {seconds:g} s") from None
    if not any(content for _, content in images):
        raise Refusal(400, "is empty (zero bytes)" if images else "the request holds no image")
    return images, many


async def skip_body(request, megabytes):
    """Reads on for a while and forgets: a client that still sends would not see the answer."""
    with contextlib.suppress(TimeoutError, Refusal, ClientDisconnect, RuntimeError):
        async with asyncio.timeout(5):
            async for _ in _limited(request, megabytes * 1e6, declared=False):
                pass


async def _limited(request, most, declared=True):
    size = request.headers.get("content-length", "")
    read = int(size) if declared and size.isdecimal() and int(size) > most else 0
    if read:
        raise Refusal(413, f"is too large: {read / 1e6:.4g} MB; allowed: {most / 1e6:.4g}")
    async for chunk in request.stream():
        read += len(chunk)
        if read > most:
            raise Refusal(413, f"is too large: more than {most / 1e6:.4g} MB")
        yield chunk


async def _parts(request, body):
    try:
        form = await _InMemory(request.headers, body, max_files=_MOST_IMAGES, max_fields=_MOST_IMAGES).parse()
    except MultiPartException as error:
        raise Refusal(400, f"the multipart body cannot be read ({error.message})") from error
    files = [file for _, file in form.multi_items() if not isinstance(file, str)]
    return [(file.filename or "", await file.read()) for file in files]
