"""Command-line flags made from option dataclasses, each option written once."""

import dataclasses
import functools
import math
import sys
import typing

from absl import app, flags

from dbdgan_tf.command.errors import one_line_errors


def start(config_class, main, arguments=None):
    """Runs a command, by default with the process's words, and ends the process; errors are one line."""
    for field, kind in _options(config_class):
        if not field.metadata["words"]:
            _define(field, kind, flags.FLAGS)
            flags.FLAGS.register_key_flag_for_module(sys.argv[0], flags.FLAGS[field.name])

    def run(rest):
        with one_line_errors():
            main(_read(config_class, flags.FLAGS, rest[1:]))

    app.run(run, arguments, _parse)


def parse(config_class, *arguments):
    """Reads a configuration from words, for a notebook or a test: `parse(DistillRun, "--epochs=3")`."""
    values = flags.FlagValues()
    for field, kind in _options(config_class):
        if not field.metadata["words"]:
            _define(field, kind, values)
    return _read(config_class, values, values(["program", *arguments])[1:])


def _read(config_class, flag_values, words):
    groups, options = _groups(config_class), _options(config_class)
    taking = next((field for field, _ in options if field.metadata["words"]), None)
    if words and not taking:
        raise flags.Error(f"Words that are no flags. Received: {' '.join(words)}. Allowed: --flag=value.")
    if taking and (not words or (taking.type is str and len(words) > 1)):
        raise flags.Error(f"Give {taking.metadata['help']}. Received: {' '.join(words) or 'none'}.")
    if groups:
        return config_class(**{name: _read(group, flag_values, ()) for name, group in groups.items()})
    return config_class(**{field.name: _value(field, kind, flag_values, words) for field, kind in options})


def named_paths(words):
    """(name, path) pairs of a list flag such as --evaluations=student=OUT1,OUT2; the last "=" counts."""
    pairs = []
    for word in words:
        name, _, path = word.rpartition("=")
        if not path:
            raise ValueError(f"An entry without a path. Received: {word!r}. Allowed: NAME=PATH or PATH.")
        pairs.append((name, path))
    return pairs


def _parse(arguments):
    with one_line_errors():
        try:
            return flags.FLAGS(arguments)
        except UnicodeDecodeError as error:
            # absl reads flag files itself, and does not tell which.
            place = f"{error.reason} at position {error.start}"
            raise flags.Error(f"a flag file is not UTF-8 text ({place})") from None
        except SystemExit:
            # absl ends --help with code 1, as if it were an error.
            sys.exit(0)


def _groups(config_class):
    kinds = typing.get_type_hints(config_class)
    return {name: kind for name, kind in kinds.items() if dataclasses.is_dataclass(kind)}


@functools.cache
def _options(config_class):
    """(field, kind) of every option; a kind is str, int, float, bool or (kind of the items, their count)."""
    groups = _groups(config_class)
    if groups:
        return [pair for group in groups.values() for pair in _options(group)]
    kinds = typing.get_type_hints(config_class)
    return [(field, _kind(kinds[field.name])) for field in dataclasses.fields(config_class)]


def _kind(annotation):
    """Of `int | None`: int; of `tuple[int, int]`: (int, 2); of `tuple` and `tuple[str, ...]`: (str, None)."""
    options = [one for one in typing.get_args(annotation) if one is not type(None)]
    if annotation is tuple or typing.get_origin(annotation) is tuple:
        return (options or [str])[0], None if Ellipsis in options or not options else len(options)
    return _kind(options[0]) if options else annotation


def _define(field, kind, flag_values):
    about, required = field.metadata, field.default is dataclasses.MISSING
    default = None if required else field.default
    common = {"help": about["help"], "flag_values": flag_values, "required": required}
    if about["choices"]:
        choices = [str(choice) for choice in about["choices"]]
        flags.DEFINE_enum(field.name, None if default is None else str(default), choices, **common)
    elif isinstance(kind, tuple):
        flags.DEFINE_list(field.name, default and [str(item) for item in default], **common)
    elif kind in (int, float):
        define_number = flags.DEFINE_integer if kind is int else flags.DEFINE_float
        bounds = {"lower_bound": about["at_least"], "upper_bound": about["at_most"]}
        define_number(field.name, default, **bounds, **common)
    else:
        (flags.DEFINE_bool if kind is bool else flags.DEFINE_string)(field.name, default, **common)


def _value(field, kind, flag_values, words):
    if field.metadata["words"]:
        return words[0] if kind is str else tuple(words)
    value = flag_values[field.name].value
    if value is None:
        return None
    if isinstance(kind, tuple):
        return tuple(value) if kind[0] is str else _integers(field, kind[1], value)
    if isinstance(value, float) and math.isnan(value):
        raise flags.ValidationError(f"--{field.name} takes a number. Received: nan.")
    return kind(value)


def _integers(field, count, words):
    """Whole numbers of a list flag; a single one stands for all, so that --image_size=320 is square."""
    least = field.metadata["at_least"] or 1
    numbers = tuple(int(word) if word.isdecimal() else 0 for word in words)
    numbers *= count if count and len(numbers) == 1 else 1
    if not numbers or len(numbers) != (count or len(numbers)) or min(numbers) < least:
        example = "320 or 320,480" if count else "1 or 1,2"
        allowed = f"Received: {','.join(words)}. Allowed: {example}, at least {least}."
        raise flags.ValidationError(f"--{field.name} takes whole numbers. {allowed}")
    return numbers
