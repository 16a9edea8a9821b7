"""Damage, by chance and by design: flipped bits, lost and repeated blocks, numbers at their limits."""

import numpy as np

_LIMITS = (0, 1, 127, 128, 255, 256, 32767, 32768, 65535, 2**31 - 1, 2**31, 2**32 - 1)


def mutate(data, rng, near=None):
    """Spoils bytes in one to four places.

    Args:
        data: Bytes, at least one.
        rng: `numpy.random.Generator`; equal ones give equal bytes.
        near: None, or how far from the beginning or the end the damage may lie: where headers are.

    Returns:
        bytes, as good as never the same.
    """
    for _ in range(int(rng.choice((1, 1, 1, 2, 4)))):
        change = _CHANGES[rng.integers(len(_CHANGES))]
        # Half of the damage where the file says what it is.
        reach = near or (64 if rng.random() < 0.5 else len(data))
        position = int(rng.integers(min(max(1, reach), max(1, len(data)))))
        position = max(0, len(data) - 1 - position) if near and rng.random() < 0.5 else position
        data = change(bytearray(data), position, rng) or b"\0"
    return bytes(data)


def _length(rng, most=4096):
    return int(2 ** rng.uniform(0, np.log2(most)))


def _flip(data, at, rng):
    data[at] ^= 1 << int(rng.integers(8))
    return data


def _replace(data, at, rng):
    data[at] = int(rng.integers(256))
    return data


def _number(data, at, rng):
    size, order = int(rng.choice((1, 2, 4))), ("little", "big")[rng.integers(2)]
    value = int(rng.choice(_LIMITS)) % 256**size
    data[at : at + size] = value.to_bytes(size, order)
    return data


def _fill(data, at, rng):
    length = min(_length(rng), len(data) - at)
    data[at : at + length] = bytes([int(rng.choice((0, 255)))]) * length
    return data


def _swap(data, at, rng):
    other, length = int(rng.integers(len(data))), _length(rng, 64)
    block = data[at : at + length]
    data[at : at + length] = data[other : other + len(block)]
    data[other : other + len(block)] = block
    return data


_CHANGES = (
    *(_flip, _flip, _flip, _replace, _number, _number),
    # Cut off, lost, repeated, inserted.
    lambda data, at, rng: data[:at],
    lambda data, at, rng: data[:at] + data[at + _length(rng) :],
    lambda data, at, rng: data[: (end := at + _length(rng))] + data[at:end] + data[end:],
    lambda data, at, rng: data[:at] + rng.bytes(_length(rng, 64)) + data[at:],
    *(_fill, _swap),
)
