"""One photograph of each kind, and damaged ones: Python, `dbdgan map` and stdin say the same."""

import io
import re

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms

from dbdgan_tf import BlurDetector
from dbdgan_tf.photo import ImageInputError, load_photo, read_image

RNG = np.random.default_rng(3)
# Of the model's own size, so that maps are compared as the model gave them.
SCENE = cv2.resize(RNG.integers(0, 256, (4, 6, 3), np.uint8), (48, 32), interpolation=cv2.INTER_CUBIC)
PHOTO = Image.fromarray(SCENE)
ORIENTATION = Image.Exif()
ORIENTATION[0x0112] = 6
TURNED = {"image": PHOTO.rotate(90, expand=True), "exif": ORIENTATION.tobytes()}


def pil(kind, image=PHOTO, **options):
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def heic(image=PHOTO, exif=None):
    stream = io.BytesIO()
    pytest.importorskip("pillow_heif").from_pillow(image).save(stream, exif=exif)
    return stream.getvalue()


def tiff(array):
    return cv2.imencode(".tif", array)[1].tobytes()


def profile():
    """sRGB's with red and green swapped."""
    content = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = content.index(b"rXYZ"), content.index(b"gXYZ")
    content[red : red + 4], content[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(content).replace("sRGB".encode("utf-16-be"), "swap".encode("utf-16-be"))


GREY = SCENE[..., 1]
KINDS = {
    "plain.jpg": lambda: pil("JPEG"), "progressive.jpg": lambda: pil("JPEG", progressive=True),
    "turned.jpg": lambda: pil("JPEG", **TURNED), "profile.jpg": lambda: pil("JPEG", icc_profile=profile()),
    "grey.jpg": lambda: pil("JPEG", PHOTO.convert("L")),
    "cmyk.jpg": lambda: pil("JPEG", PHOTO.convert("CMYK")), "plain.png": lambda: pil("PNG"),
    "turned.png": lambda: pil("PNG", **TURNED), "profile.png": lambda: pil("PNG", icc_profile=profile()),
    "palette.png": lambda: pil("PNG", PHOTO.quantize(16)), "bits.png": lambda: pil("PNG", PHOTO.convert("1")),
    "alpha.png": lambda: pil("PNG", PHOTO.convert("RGBA")),
    "grey_alpha.png": lambda: pil("PNG", PHOTO.convert("LA")),
    "grey16.png": lambda: cv2.imencode(".png", GREY.astype(np.uint16) * 250)[1].tobytes(),
    "colour16.png": lambda: cv2.imencode(".png", SCENE.astype(np.uint16) * 250)[1].tobytes(),
    "plain.webp": lambda: pil("WEBP"), "turned.webp": lambda: pil("WEBP", **TURNED),
    "plain.bmp": lambda: pil("BMP"), "plain.gif": lambda: pil("GIF"), "plain.tif": lambda: pil("TIFF"),
    "turned.tif": lambda: pil("TIFF", **TURNED), "cmyk.tif": lambda: pil("TIFF", PHOTO.convert("CMYK")),
    "grey_alpha.tif": lambda: pil("TIFF", PHOTO.convert("LA")),
    "grey16.tif": lambda: tiff(GREY.astype(np.uint16) * 250),
    "colour16.tif": lambda: tiff(SCENE.astype(np.uint16) * 250),
    "grey32.tif": lambda: tiff(GREY.astype(np.int32) * 2**22),
    "colour32.tif": lambda: tiff(SCENE.astype(np.int32) * 2**22),
    "grey_float.tif": lambda: tiff(GREY / np.float32(255)),
    "colour_float.tif": lambda: tiff(SCENE / np.float32(255)), "plain.heic": heic,
    "turned.heic": lambda: heic(**TURNED), "plain.avif": lambda: pil("AVIF"),
    "turned.avif": lambda: pil("AVIF", **TURNED),
}  # fmt: skip
BAD = {
    "empty.jpg": lambda: b"",
    "text.jpg": lambda: b"this is no photograph, honestly",
    "nan.tif": lambda: tiff(np.full((32, 48), np.nan, np.float32)),
    "bright.tif": lambda: tiff(np.full((32, 48, 3), 200, np.float32)),
    "flipped.png": lambda: flipped(pil("PNG")),
    "flipped.avif": lambda: flipped(pil("AVIF", PHOTO.resize((640, 480)))),
    **{f"cut_{name}": lambda make=make: cut(make()) for name, make in KINDS.items() if "plain" in name},
}


def flipped(data):
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


def cut(data):
    return data[: len(data) // 2]


@pytest.fixture(scope="module")
def detector(model):
    return BlurDetector(model)


@pytest.fixture
def map_by(call, tmp_path):
    """A function of a source: the command's map, or the reason for which there is none."""

    def run(source, stdin=None):
        result = call("map", source, tmp_path / "map.png", "--overwrite", stdin=stdin)
        if result.exit_code == 0:
            return cv2.imread(str(tmp_path / "map.png"), cv2.IMREAD_UNCHANGED)
        assert result.exit_code == 1
        return result.stderr.splitlines()[-1].split(": ", 1)[1]

    return run


@pytest.mark.parametrize("name", [*KINDS, "preview.dng", "developed.dng"])
def test_equal_maps(name, map_by, detector, tmp_path, load_module, repository):
    if name.endswith("dng"):
        pytest.importorskip("rawpy")
        preview = {"preview": pil("JPEG"), "preview_size": (48, 32)} if name == "preview.dng" else {}
        data = load_module(repository / "tests/photo/tiny_dng.py").tiny_dng(**preview)
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
    (tmp_path / "a.png").write_bytes(pil("PNG"))
    words = [command, tmp_path / "a.png", *([tmp_path / "map.png"] if command == "map" else [])]
    result = call(*words, "--max-megapixels", "0.0015")
    assert result.exit_code == 1 and "48 x 32 = 0.001536 megapixels; allowed: 0.0015" in result.stderr
    assert call(*words, "--max-megapixels", "0.0016").exit_code == 0


MAP = "map a.png b.png"


@pytest.mark.parametrize(
    "words",
    [f"{MAP} --threshold", f"{MAP} --max-megapixels", "score a.png --max-megapixels", "video a --window"],
)
def test_nan_is_refused(call, words):
    result = call(*words.split(), "nan")
    assert result.exit_code == 2 and "'nan' is not a number" in result.stderr


def test_decoders_are_heard_in_one_line(ended, tmp_path):
    """libjpeg and Pillow warn of damage that they can live with, libpng of damage that it cannot."""
    jpeg, png = bytearray(pil("JPEG", PHOTO.resize((640, 480)))), pil("PNG", PHOTO.resize((640, 480)))
    del jpeg[-200:-100]
    (tmp_path / "a.jpg").write_bytes(jpeg)
    (tmp_path / "b.png").write_bytes(flipped(png))
    for name in ("c.jpg", "d.jpg"):
        (tmp_path / name).write_bytes(pil("JPEG", exif=ORIENTATION.tobytes()[:-9]))
    lines = ended("map", tmp_path, tmp_path / "out", "--quiet")[2].decode().splitlines()
    assert lines[-2] == "1 of 4 failed:" and "b.png: is damaged" in lines[-1]
    told = "\n".join(sorted(lines[:-2]))
    damage = "a.jpg: may be damaged in part .Corrupt JPEG data.*\n.*c.jpg: .*EXIF.*\n.*d.jpg: .*EXIF"
    assert re.search(damage, told)
