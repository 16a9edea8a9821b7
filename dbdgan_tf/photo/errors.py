"""What is wrong with an image, in one sentence."""

import contextlib
import contextvars
import os
import warnings

_source = contextvars.ContextVar("source", default="image")


class ImageInputError(ValueError):
    """An input that is not a usable image: what is wrong with it, the kind of wrong, and its name.

    `kind` is "not opened", "no image", "damaged", "too large", "not installed" (a format whose extra is
    missing) or "unsuitable" (an array or pixels that no photograph has).
    """

    def __init__(self, reason, kind, source=None):
        self.reason, self.kind, self.source = reason, kind, source
        super().__init__(reason, kind, source)

    def __str__(self):
        return self.reason if self.source is None else f"{self.source}: {self.reason}"


class ImageDamageWarning(UserWarning):
    """A photograph was decoded in spite of damage, so that some of it may not be what was taken."""


@contextlib.contextmanager
def named(source):
    """Puts the source's name before what is wrong with it."""
    name = os.fspath(source)
    token = _source.set(name)
    try:
        yield
    except ImageInputError as error:
        raise ImageInputError(error.reason, error.kind, error.source or name) from error.__cause__
    finally:
        _source.reset(token)


def present_source():
    return _source.get()


def tell_damage(complaint):
    """Warns of damage that a decoder noticed and could live with."""
    text = f"{_source.get()}: may be damaged in part ({complaint})"
    warnings.warn(text, ImageDamageWarning, stacklevel=2)


@contextlib.contextmanager
def damage_told():
    """Whatever a decoder raises (RuntimeError of AVIF, struct.error, ...) becomes an `ImageInputError`."""
    try:
        yield
    except ImageInputError:
        raise
    except MemoryError as error:
        raise ImageInputError("needs more memory than there is", "too large") from error
    except Exception as error:
        reason = getattr(error, "err", None) or str(error) or type(error).__name__
        raise ImageInputError(f"is damaged or cut off ({reason})", "damaged") from error


def explain(error):
    """One line for a person."""
    if isinstance(error, (ValueError, RuntimeError)):
        # Of a photograph, whose name stands before it.
        return getattr(error, "reason", str(error))
    if isinstance(error, OSError):
        return f"{error.strerror or error}"
    if isinstance(error, MemoryError):
        return "there was not enough memory for it"
    return f"{type(error).__name__}: {error}"
