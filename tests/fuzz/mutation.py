"""Damage, by chance and by design: flipped bits, lost and repeated blocks, numbers at their limits."""

import numpy as np

_LIMITS = (0, 1, 127, 128, 255, 256, 32767, 32768, 65535, 2**31 - 1, 2**31, 2**32 - 1)


def mutate(data, rng, near=None):
    """Spoils bytes in one to four places, as good as never to the same; equal `rng`s spoil alike.

    `near` is None, or how far from the beginning or the end the damage may lie: where headers are.
    """
    for _ in range(int(rng.choice((1, 1, 1, 2, 4)))):
        kind = rng.integers(12)
        # Half of the damage where the file says what it is.
        reach = near or (64 if rng.random() < 0.5 else len(data))
        position = int(rng.integers(min(max(1, reach), max(1, len(data)))))
        position = max(0, len(data) - 1 - position) if near and rng.random() < 0.5 else position
        data = bytearray(data)
        _change(data, kind, position, rng)
        data = data or b"\0"
    return bytes(data)


def _change(data, kind, at, rng):
    if kind < 3:
        data[at] ^= 1 << int(rng.integers(8))
    elif kind == 3:
        data[at] = int(rng.integers(256))
    elif kind < 6:
        size, order = int(rng.choice((1, 2, 4))), ("little", "big")[rng.integers(2)]
        data[at : at + size] = (int(rng.choice(_LIMITS)) % 256**size).to_bytes(size, order)
    elif kind == 6:
        del data[at:]
    elif kind == 7:
        del data[at : at + _length(rng)]
    elif kind == 8:
        end = at + _length(rng)
        data[end:end] = data[at:end]
    elif kind == 9:
        data[at:at] = rng.bytes(_length(rng, 64))
    elif kind == 10:
        length = min(_length(rng), len(data) - at)
        data[at : at + length] = bytes([int(rng.choice((0, 255)))]) * length
    else:
        other, length = int(rng.integers(len(data))), _length(rng, 64)
        block = data[at : at + length]
        data[at : at + length] = data[other : other + len(block)]
        data[other : other + len(block)] = block


def _length(rng, most=4096):
    return int(2 ** rng.uniform(0, np.log2(most)))
