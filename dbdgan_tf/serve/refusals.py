"""What is wrong with a request, as a status and one sentence in the command's wording."""

from dbdgan_tf.photo import ImageInputError
from dbdgan_tf.photo.errors import explain

_STATUS = {"no image": 415, "not installed": 415, "too large": 413, "unsuitable": 422}


class Refusal(Exception):
    """A request that is not fulfilled: status of HTTP, one sentence; after 503 to be tried again soon."""

    def __init__(self, status, reason):
        super().__init__(reason)
        self.status, self.reason = status, reason
        self.headers = {"Retry-After": "1"} if status == 503 else {}


def refusal_of(error):
    """The `Refusal` for what a photograph raised; other errors are bugs and pass."""
    if isinstance(error, ImageInputError):
        return Refusal(_STATUS.get(error.kind, 400), error.reason)
    if isinstance(error, MemoryError):
        return Refusal(503, explain(error))
    if isinstance(error, ValueError):
        return Refusal(422, explain(error))
    raise error
