"""Options of a command as fields of a frozen dataclass; `dbdgan_tf.command.flags` makes flags from them."""

import dataclasses

REQUIRED = dataclasses.MISSING


def option(default, help_text, choices=None, *, at_least=None, at_most=None, words=False):
    """A field with a help text; `words` marks what stands on the command line without a flag."""
    metadata = {"help": help_text, "choices": choices, "words": words}
    return dataclasses.field(default=default, metadata={**metadata, "at_least": at_least, "at_most": at_most})


def check_exactly_one(config, *names):
    """Raises a ValueError unless one of these options is given, and no more."""
    given = {name: getattr(config, name) for name in names}
    if sum(map(bool, given.values())) != 1:
        received = ", ".join(f"{name}={value!r}" for name, value in given.items())
        raise ValueError(f"Give exactly one of --{' and --'.join(names)}. Received: {received}.")
