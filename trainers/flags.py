"""Command-line flags made from the option dataclasses, each defined once."""

import dataclasses

from absl import flags


def define(config_class):
    """Defines one flag per option of a run's configuration.

    Args:
        config_class: A dataclass whose fields are option dataclasses, such as `DistillRun`.
    """
    for group in dataclasses.fields(config_class):
        for field in dataclasses.fields(group.default):
            if field.name not in flags.FLAGS:
                _define_one(field)


def read(config_class):
    """The configuration that the parsed flags describe.

    Args:
        config_class: A dataclass whose fields are option dataclasses.

    Returns:
        An instance of it.
    """
    return config_class(
        **{
            group.name: type(group.default)(
                **{field.name: _value(field) for field in dataclasses.fields(group.default)}
            )
            for group in dataclasses.fields(config_class)
        }
    )


def _define_one(field):
    help_text, choices = field.metadata["help"], field.metadata["choices"]
    default = field.default
    if choices:
        flags.DEFINE_enum(field.name, default, list(choices), help_text)
    elif isinstance(default, bool):
        flags.DEFINE_bool(field.name, default, help_text)
    elif isinstance(default, int):
        flags.DEFINE_integer(field.name, default, help_text)
    elif isinstance(default, float):
        flags.DEFINE_float(field.name, default, help_text)
    elif isinstance(default, tuple):
        flags.DEFINE_list(field.name, [str(item) for item in default], help_text)
    else:
        flags.DEFINE_string(field.name, default, help_text)


def _value(field):
    value = flags.FLAGS[field.name].value
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
