"""Options of a command as fields of a frozen dataclass; `dbdgan_tf.command.flags` makes flags from them."""

import dataclasses

REQUIRED = dataclasses.MISSING


def option(default, help_text, choices=None, *, at_least=None, at_most=None, words=False):
    """A field with a help text; `words` marks what stands on the command line without a flag."""
    metadata = {"help": help_text, "choices": choices, "words": words}
    return dataclasses.field(default=default, metadata={**metadata, "at_least": at_least, "at_most": at_most})
