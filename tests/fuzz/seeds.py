"""Small good files of every kind, made on the fly, and damage to them: flipped bits, lost blocks, limits."""

import contextlib
import functools
import io

import cv2
import numpy as np
from PIL import Image, ImageCms

from dbdgan_tf.inference import bundled_model
from tests.inference import flat_models

SCENE = cv2.resize(np.random.default_rng(3).integers(0, 256, (5, 6, 3), np.uint8), (96, 64))
PHOTO = Image.fromarray(SCENE)
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="r"/></x:xmpmeta>'
EXIF = Image.Exif()
EXIF[0x0112], EXIF[0x010E], EXIF[0x9003] = 6, "a scene", "2020:01:01 00:00:00"
# A profile that is not called sRGB, so that it is applied.
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
PROFILE = PROFILE.replace("sRGB".encode("utf-16-be"), "next".encode("utf-16-be"))
# Its date, which is today's.
PROFILE = PROFILE[:24] + bytes(12) + PROFILE[36:]
# What can stand beside the pixels.
PAYLOADS = {"exif": EXIF.tobytes(), "icc_profile": PROFILE, "xmp": XMP}
# Pillow's format -> options of a small good file; several of a format take turns.
_VARIANTS = {
    "JPEG": ({}, {"progressive": True}, {"restart_marker_blocks": 3, "subsampling": 0}),
    "PNG": ({}, {"bits": 4}, {"mode": "RGBA"}, {"mode": "LA"}, {"mode": "I;16"}),
    "WEBP": ({}, {"lossless": True}, {"mode": "RGBA"}),
    "TIFF": ({}, *({"compression": name} for name in ("tiff_lzw", "tiff_adobe_deflate", "jpeg", "packbits"))),
    "BMP": ({}, {"mode": "P"}, {"mode": "1"}),
    "GIF": ({}, {"save_all": True, "append_images": [PHOTO.rotate(90)]}),
    "HEIF": ({}, {"mode": "L"}),
    "AVIF": ({}, {"mode": "RGBA"}),
}
_EXTRA = {"TIFF": (np.float32(SCENE / 255), SCENE.astype(np.uint16) * 250, SCENE[..., 0].astype(np.int32))}
IMAGES = tuple(_VARIANTS)
_LIMITS = (0, 1, 127, 128, 255, 256, 32767, 32768, 65535, 2**31 - 1, 2**31, 2**32 - 1)
FLAGS = (
    b"# A comment\n--data_dir=data/cuhk\n--image_size=320,480\n--batch_size=4\n--output_dir=runs/a\n"
    b"--generator_lr=2e-4\n--nohflip\n--epochs=3\n--student_encoder=efficientnet_lite0\n"
)
LIST = "# A comment\nsharp photo_1\nsharp Stra\u00dfe\n\nblurred ../up/b\nblurred /absolute/c\n".encode()


def image(kind, rng):
    """Bytes of a small picture of a kind; its variant and what lies beside its pixels are drawn."""
    extra = _EXTRA.get(kind, ())
    number = int(rng.integers(len(_VARIANTS[kind]) + len(extra)))
    if number >= len(_VARIANTS[kind]):
        return cv2.imencode(".tif", extra[number - len(_VARIANTS[kind])])[1].tobytes()
    return _encoded(kind, number, tuple(item for item in PAYLOADS.items() if rng.random() < 0.4))


def with_payloads(rng, spoil):
    """Bytes of a small picture that is good but for what lies beside its pixels: EXIF, profile, XMP."""
    while True:
        kind = ("JPEG", "PNG", "WEBP", "HEIF", "AVIF")[rng.integers(5)]
        chosen = [name for name in PAYLOADS if rng.random() < 0.5] or ["exif"]
        # Some encoders read what they are to embed, and refuse.
        with contextlib.suppress(Exception):
            return _encoded(kind, 0, tuple((name, spoil(PAYLOADS[name])) for name in chosen))


@functools.cache
def models():
    """Content of .tflite files: two that were written field by field, and the bundled one."""
    return *(flat_models.grey_model(io=kind) for kind in ("float32", "uint8")), bundled_model().read_bytes()


@functools.lru_cache(256)
def _encoded(kind, number, payloads):
    if kind == "HEIF":
        import pillow_heif

        pillow_heif.register_heif_opener()
    options = dict(_VARIANTS[kind][number])
    mode, stream = options.pop("mode", None), io.BytesIO()
    picture = Image.fromarray(SCENE[..., 1].astype(np.uint16) * 250) if mode == "I;16" else PHOTO
    picture = picture.convert(mode) if mode and mode != "I;16" else picture
    picture = picture.quantize(16) if options.pop("bits", None) else picture
    picture.save(stream, kind, **options, **dict(payloads))
    return stream.getvalue()


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
