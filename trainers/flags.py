"""Command-line flags made from the option dataclasses, each defined once."""

import dataclasses

from absl import flags


def define(config_class, flag_values=flags.FLAGS):
    """Defines one flag per option of a run's configuration.

    Args:
        config_class: A dataclass whose fields are option dataclasses, such as `DistillRun`.
        flag_values: Where to define them.
    """
    for group in dataclasses.fields(config_class):
        for field in dataclasses.fields(group.default):
            _define_one(field, flag_values)


def read(config_class, flag_values=flags.FLAGS):
    """The configuration that the parsed flags describe.

    Args:
        config_class: A dataclass whose fields are option dataclasses.
        flag_values: Where they were defined.

    Returns:
        An instance of it.
    """
    return config_class(
        **{
            group.name: type(group.default)(
                **{field.name: _value(field, flag_values) for field in dataclasses.fields(group.default)}
            )
            for group in dataclasses.fields(config_class)
        }
    )


def image_size(words):
    """(height, width) of a list flag such as --image_size=320,480; one number is both.

    Args:
        words: The flag's value, or None.

    Returns:
        A pair of ints; None for None.

    Raises:
        ValueError: If it is anything but one or two whole numbers from 32 on.
    """
    if words is None:
        return None
    numbers = [int(word) if word.isdecimal() else 0 for word in words]
    numbers = numbers * 2 if len(numbers) == 1 else numbers
    if len(numbers) != 2 or min(numbers) < 32:
        raise ValueError(f"--image_size. Received: {','.join(words)}. Allowed: 320 or 320,480, at least 32.")
    return tuple(numbers)


def named_paths(words):
    """(name, path) pairs of a list flag such as --evaluations=student=OUT1,OUT2.

    Args:
        words: The flag's value: NAME=PATH or PATH each. The last "=" counts.

    Returns:
        A list of pairs of strings; the name is empty where there is none.

    Raises:
        ValueError: If a path is empty.
    """
    pairs = []
    for word in words:
        name, _, path = word.rpartition("=")
        if not path:
            raise ValueError(f"An entry without a path. Received: {word!r}. Allowed: NAME=PATH or PATH.")
        pairs.append((name, path))
    return pairs


def _define_one(field, flag_values):
    help_text, choices = field.metadata["help"], field.metadata["choices"]
    default, on = field.default, {"flag_values": flag_values}
    if choices:
        flags.DEFINE_enum(field.name, default, list(choices), help_text, **on)
    elif isinstance(default, bool):
        flags.DEFINE_bool(field.name, default, help_text, **on)
    elif isinstance(default, int):
        flags.DEFINE_integer(field.name, default, help_text, **on)
    elif isinstance(default, float):
        flags.DEFINE_float(field.name, default, help_text, **on)
    elif isinstance(default, tuple):
        flags.DEFINE_list(field.name, [str(item) for item in default], help_text, **on)
    else:
        flags.DEFINE_string(field.name, default, help_text, **on)


def _value(field, flag_values):
    value = flag_values[field.name].value
    if not isinstance(field.default, tuple):
        return value
    if field.default and isinstance(field.default[0], int):
        return _integers(field, value)
    return tuple(value)


def _integers(field, value):
    """Numbers of a list flag; a single one stands for all, so that --image_size=320 is square."""
    try:
        numbers = tuple(int(item) for item in value)
    except ValueError:
        numbers = ()
    if len(numbers) == 1:
        numbers *= len(field.default)
    if len(numbers) != len(field.default) or min(numbers) <= 0:
        raise flags.ValidationError(
            f"--{field.name} takes one or {len(field.default)} positive numbers. "
            f"Received: {','.join(map(str, value))}. Allowed: 320 or 320,480."
        )
    return numbers
