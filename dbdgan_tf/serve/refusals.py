"""What is wrong with a request, as a status and one sentence in the command's wording."""

from dbdgan_tf.photo import ImageInputError
from dbdgan_tf.photo.errors import explain

_STATUS = {"no image": 415, "not installed": 415, "too large": 413, "unsuitable": 422}


class Refusal(Exception):
    """A request that is not fulfilled.

    Args:
        status: Of HTTP.
        reason: One sentence.
        retry_after: Seconds after which to try again, or None.
    """

    def __init__(self, status, reason, retry_after=None):
        super().__init__(reason)
        self.status, self.reason, self.retry_after = status, reason, retry_after

    @property
    def headers(self):
        """Of the answer."""
        return {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}


def refusal_of(error):
    """The `Refusal` for what a photograph raised; other errors are bugs and pass."""
    if isinstance(error, ImageInputError):
        return Refusal(_STATUS.get(error.kind, 400), error.reason)
    if isinstance(error, MemoryError):
        return Refusal(503, explain(error), retry_after=1)
    if isinstance(error, ValueError):
        return Refusal(422, explain(error))
    raise error
