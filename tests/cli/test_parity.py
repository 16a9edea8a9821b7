"""One photograph of each kind, and damaged ones: Python, `dbdgan map` and stdin say the same."""

import re
from functools import partial

import cv2
import numpy as np
import pytest
from PIL import Image

from dbdgan_tf import BlurDetector
from dbdgan_tf.photo import ImageInputError, load_photo, read_image
from tests.photo.files import encode, tiny_dng, turned

RNG = np.random.default_rng(3)
# Of the model's own size, so that maps are compared as the model gave them.
SCENE = cv2.resize(RNG.integers(0, 256, (4, 6, 3), np.uint8), (48, 32), interpolation=cv2.INTER_CUBIC)
PHOTO = Image.fromarray(SCENE)
ORIENTATION = turned(6).tobytes()
TURNED = {"picture": PHOTO.rotate(90, expand=True), "exif": ORIENTATION}


def encoded(ending, array):
    return cv2.imencode(ending, array)[1].tobytes()


GREY = SCENE[..., 1]
FORMATS = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP", "tif": "TIFF", "avif": "AVIF", "heic": "HEIF"}
MODES = {
    "grey.jpg": "L", "cmyk.jpg": "CMYK", "bits.png": "1", "alpha.png": "RGBA", "palette.png": "P",
    "grey_alpha.png": "LA", "cmyk.tif": "CMYK", "grey_alpha.tif": "LA",
}  # fmt: skip
DEPTHS = {
    "grey16": GREY.astype(np.uint16) * 250, "colour16": SCENE.astype(np.uint16) * 250,
    "grey32": GREY.astype(np.int32) * 2**22, "colour32": SCENE.astype(np.int32) * 2**22,
    "grey_float": GREY / np.float32(255), "colour_float": SCENE / np.float32(255),
}  # fmt: skip
KINDS = {
    **{f"plain.{ending}": partial(encode, PHOTO, kind) for ending, kind in FORMATS.items()},
    **{f"turned.{ending}": partial(encode, kind=kind, **TURNED) for ending, kind in FORMATS.items()},
    **{name: partial(encode, PHOTO.convert(mode), FORMATS[name[-3:]]) for name, mode in MODES.items()},
    **{f"{name}.tif": partial(encoded, ".tif", pixels) for name, pixels in DEPTHS.items()},
    **{f"{name}16.png": partial(encoded, ".png", DEPTHS[f"{name}16"]) for name in ("grey", "colour")},
    "progressive.jpg": partial(encode, PHOTO, "JPEG", progressive=True),
    "plain.bmp": partial(encode, PHOTO, "BMP"),
    "plain.gif": partial(encode, PHOTO, "GIF"),
}
BAD = {
    "empty.jpg": lambda: b"",
    "text.jpg": lambda: b"this is no photograph, honestly",
    "nan.tif": lambda: encoded(".tif", np.full((32, 48), np.nan, np.float32)),
    "bright.tif": lambda: encoded(".tif", np.full((32, 48, 3), 200, np.float32)),
    "flipped.png": lambda: flipped(encode(PHOTO, "PNG")),
    "flipped.avif": lambda: flipped(encode(PHOTO.resize((640, 480)), "AVIF")),
    **{f"cut_{name}": lambda f=f: f()[: len(f()) // 2] for name, f in KINDS.items() if "plain" in name},
}


def flipped(data):
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


@pytest.fixture(scope="module")
def detector(model):
    return BlurDetector(model)


@pytest.fixture
def map_by(call, tmp_path):
    def run(source, stdin=None):
        result = call("map", source, tmp_path / "map.png", "--overwrite", stdin=stdin)
        if result.exit_code == 0:
            return cv2.imread(str(tmp_path / "map.png"), cv2.IMREAD_UNCHANGED)
        assert result.exit_code == 1
        return result.stderr.splitlines()[-1].split(": ", 1)[1]

    return run


@pytest.mark.parametrize("name", [*KINDS, "preview.dng", "developed.dng"])
def test_equal_maps(name, map_by, detector, tmp_path):
    if name.endswith("dng"):
        pytest.importorskip("rawpy")
        preview = {"preview": encode(PHOTO), "preview_size": (48, 32)} if name == "preview.dng" else {}
        data = tiny_dng(**preview)
    else:
        data = KINDS[name]()
    path = tmp_path / name
    path.write_bytes(data)
    result = detector(path)
    assert load_photo(path).full_size == (32, 48) and result.image.shape == (32, 48, 3)
    for pixels in (read_image(path), detector(data).image):
        assert np.array_equal(pixels, result.image)
    expected = np.rint(result.blur_map * 255)
    assert np.array_equal(map_by(path), expected) and np.array_equal(map_by("-", data), expected)


@pytest.mark.parametrize("name", BAD)
def test_equal_refusals(name, map_by, detector, tmp_path):
    data, path = BAD[name](), tmp_path / name
    path.write_bytes(data)
    reasons = {map_by(path), map_by("-", data)}
    for source in (path, data):
        with pytest.raises(ImageInputError) as caught:
            detector(source)
        reasons.add(caught.value.reason)
    assert len(reasons) == 1


@pytest.mark.parametrize("command", ["map", "score"])
def test_the_limit_is_the_callers(call, tmp_path, command):
    (tmp_path / "a.png").write_bytes(encode(PHOTO, "PNG"))
    words = [command, tmp_path / "a.png", *([tmp_path / "map.png"] if command == "map" else [])]
    result = call(*words, "--max-megapixels", "0.0015")
    assert result.exit_code == 1 and "48 x 32 = 0.001536 megapixels; allowed: 0.0015" in result.stderr
    assert call(*words, "--max-megapixels", "0.0016").exit_code == 0


@pytest.mark.parametrize("words", ["map a b --threshold", "score a --max-megapixels", "video a --window"])
def test_nan_is_refused(call, words):
    result = call(*words.split(), "nan")
    assert result.exit_code == 2 and "'nan' is not a number" in result.stderr


def test_decoders_are_heard_in_one_line(ended, tmp_path):
    """libjpeg and Pillow warn of damage that they can live with, libpng of damage that it cannot."""
    jpeg, png = bytearray(encode(PHOTO.resize((640, 480)), "JPEG")), encode(PHOTO.resize((640, 480)), "PNG")
    del jpeg[-200:-100]
    (tmp_path / "a.jpg").write_bytes(jpeg)
    (tmp_path / "b.png").write_bytes(flipped(png))
    for name in ("c.jpg", "d.jpg"):
        (tmp_path / name).write_bytes(encode(PHOTO, "JPEG", exif=ORIENTATION[:-9]))
    lines = ended("map", tmp_path, tmp_path / "out", "--quiet")[2].decode().splitlines()
    assert lines[-2] == "1 of 4 failed:" and "b.png: is damaged" in lines[-1]
    told = "\n".join(sorted(lines[:-2]))
    damage = "a.jpg: may be damaged in part .Corrupt JPEG data.*\n.*c.jpg: .*EXIF.*\n.*d.jpg: .*EXIF"
    assert re.search(damage, told)
