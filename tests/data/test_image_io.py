import cv2
import numpy as np
import pytest
from PIL import Image

from dbdgan_tf.data.image_io import ImageReadError, read_image, read_mask, resize, write_image, write_map

# Left half red, right half blue, with one green row on top: every turn and channel swap shows.
SCENE = np.zeros((40, 60, 3), np.uint8)
SCENE[:, :30] = (200, 0, 0)
SCENE[:, 30:] = (0, 0, 200)
SCENE[:8] = (0, 200, 0)


@pytest.mark.parametrize("suffix", [".png", ".PNG", ".bmp", ".tif", ".webp", ".jpg", ".JPEG"])
def test_every_format_reads_as_rgb(tmp_path, suffix):
    path = tmp_path / f"photo{suffix}"
    Image.fromarray(SCENE).save(path, quality=98)
    image = read_image(path)
    assert image.dtype == np.uint8 and image.shape == (40, 60, 3)
    # Chroma subsampling smears the colour edges of JPEG and WebP, so look inside the areas.
    for (row, column), colour in {(20, 15): (200, 0, 0), (20, 45): (0, 0, 200), (4, 30): (0, 200, 0)}.items():
        np.testing.assert_allclose(image[row, column].astype(int), colour, atol=12)


@pytest.mark.parametrize("mode", ["L", "RGBA", "LA", "CMYK", "1", "P"])
def test_every_colour_mode_becomes_rgb(tmp_path, mode):
    path = tmp_path / ("photo.jpg" if mode == "CMYK" else "photo.png")
    stored = Image.fromarray(SCENE).convert(mode)
    stored.save(path, quality=98)
    difference = np.abs(read_image(path).astype(int) - np.asarray(stored.convert("RGB")).astype(int))
    assert read_image(path).shape == (40, 60, 3)
    assert difference.mean() < 3


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_sixteen_bit_keeps_the_high_byte(tmp_path, suffix):
    path = tmp_path / f"photo{suffix}"
    cv2.imwrite(str(path), SCENE[..., ::-1].astype(np.uint16) * 257)
    np.testing.assert_array_equal(read_image(path), SCENE)


@pytest.mark.parametrize("orientation, quarter_turns", [(1, 0), (3, 2), (6, -1), (8, 1)])
def test_exif_orientation_is_applied(tmp_path, orientation, quarter_turns):
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "photo.png"
    Image.fromarray(SCENE).save(path, exif=exif)
    np.testing.assert_array_equal(read_image(path), np.rot90(SCENE, quarter_turns))


@pytest.mark.parametrize(
    "target, expected", [(None, (800, 640)), ((320, 320), (400, 320)), ((90, 150), (200, 160))]
)
def test_a_large_jpeg_is_decoded_reduced_but_never_below_the_target(tmp_path, target, expected):
    exif = Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / "photo.jpg"
    Image.fromarray(np.zeros((640, 800, 3), np.uint8)).save(path, exif=exif)
    assert read_image(path, target_size=target).shape[:2] == expected


def test_reduced_decoding_gives_nearly_the_same_resized_photo(tmp_path):
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 255, (60, 80, 3), np.uint8)
    smooth = cv2.resize(coarse, (1600, 1200), interpolation=cv2.INTER_CUBIC)
    path = tmp_path / "photo.jpg"
    write_image(path, smooth)
    full = resize(read_image(path), (320, 320)).astype(int)
    reduced = resize(read_image(path, target_size=(320, 320)), (320, 320)).astype(int)
    assert np.abs(full - reduced).mean() < 1.0


@pytest.mark.parametrize("content", [b"", b"not an image", None])
def test_unreadable_files_are_named(tmp_path, content):
    path = tmp_path / "bad.jpg"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ImageReadError, match="bad.jpg"):
        read_image(path)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".bmp", ".webp", ".tif"])
def test_truncated_files_are_errors(tmp_path, suffix):
    path = tmp_path / f"cut{suffix}"
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)).save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(ImageReadError, match="cut"):
        read_image(path)


@pytest.mark.parametrize("polarity, expected", [("blur", [0, 128, 255]), ("focus", [255, 127, 0])])
def test_mask_polarity(tmp_path, polarity, expected):
    path = tmp_path / "mask.png"
    Image.fromarray(np.array([[0, 128, 255]], np.uint8)).save(path)
    mask = read_mask(path, polarity)
    assert mask.dtype == np.float32
    np.testing.assert_allclose(mask, np.array([expected]) / 255, atol=1e-6)


def test_unknown_polarity_names_the_allowed_ones(tmp_path):
    with pytest.raises(ValueError, match="Received: 'sharp'. Allowed: blur, focus"):
        read_mask(tmp_path / "mask.png", "sharp")


def test_resize_averages_when_it_shrinks_and_interpolates_when_it_grows():
    np.testing.assert_array_equal(resize(np.array([[0, 100], [100, 200]], np.uint8), (1, 1)), [[100]])
    np.testing.assert_allclose(resize(np.array([[0, 1]], np.float32), (1, 4)), [[0, 0.25, 0.75, 1]])
    # One side grows: bilinear along both, whatever the number of pixels.
    tall = np.array([[0], [1], [2], [3], [4], [5], [6], [7]], np.float32)
    np.testing.assert_allclose(resize(tall, (4, 2)), [[0.5] * 2, [2.5] * 2, [4.5] * 2, [6.5] * 2])
    wide = np.array([[0, 0, 0, 12, 0, 0, 0, 0, 0]], np.float32)
    np.testing.assert_allclose(resize(wide, (2, 3)), [[0, 0, 0]] * 2)


def test_write_map_rounds_clips_and_leaves_no_partial_file(tmp_path):
    path = tmp_path / "maps" / "photo.png"
    write_map(path, np.array([[-1.0, 0.5, 2.0]]))
    np.testing.assert_array_equal(cv2.imread(str(path), cv2.IMREAD_UNCHANGED), [[0, 128, 255]])
    write_map(path, np.zeros((2, 3, 1)))
    assert read_mask(path).shape == (2, 3)
    assert [file.name for file in path.parent.iterdir()] == ["photo.png"]


def test_unknown_output_format_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="Allowed: .jpg"):
        write_map(tmp_path / "map.txt", np.zeros((2, 2)))
