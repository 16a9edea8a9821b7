"""What is wrong with photographs and masks is told before training; level 128 of a mask does not count."""

import numpy as np
import pytest
from PIL import Image

from dbdgan_tf.data.checking import BadDataError, check_samples, image_size
from dbdgan_tf.data.dataset import BlurDataset
from dbdgan_tf.data.layouts import Sample, find_samples, find_unlabelled
from dbdgan_tf.photo import ImageInputError
from dbdgan_tf.photo.masks import counted_pixels, in_between

NOISE = np.random.default_rng(0).integers(0, 255, (24, 32, 3), np.uint8)
MASK = np.where(np.arange(32) < 16, 0, 255).astype(np.uint8)[None].repeat(24, 0)


@pytest.fixture
def root(tmp_path):
    """One good sample in a plain data set, to which each test adds bad ones."""
    add(tmp_path, "good")
    return tmp_path


def add(root, stem, image=NOISE, mask=MASK, suffix=".jpg", **options):
    for folder in ("images", "masks"):
        (root / "train" / folder).mkdir(parents=True, exist_ok=True)
    Image.fromarray(image).save(root / "train/images" / f"{stem}{suffix}", **options)
    if mask is not None:
        Image.fromarray(mask).save(root / "train/masks" / f"{stem}.png")


def cut(path, keep=0.5):
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])


def reasons(root):
    with pytest.raises(BadDataError) as error:
        check_samples(find_samples(root))
    return {path.name: reason for path, reason in error.value.problems}


def test_good_samples_pass_in_order(root):
    add(root, "a")
    add(root, "sharp", mask=MASK * 0)
    add(root, "upright", image=NOISE.swapaxes(0, 1), exif=oriented(6))
    samples = find_samples(root)
    unlabelled = find_unlabelled(root / "train")
    assert (check_samples(samples), check_samples(unlabelled)) == (samples, unlabelled)


def oriented(value):
    exif = Image.Exif()
    exif[0x0112] = value
    return exif


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".bmp", ".webp", ".tif"])
@pytest.mark.parametrize("keep", [0.0, 0.5, 0.97])
def test_empty_and_truncated_photographs(root, suffix, keep):
    add(root, "bad", suffix=suffix)
    cut(root / "train/images" / f"bad{suffix}", keep)
    found = reasons(root)
    assert list(found) == [f"bad{suffix}"]
    assert (found[f"bad{suffix}"] == "is empty (zero bytes)") == (keep == 0)


def test_files_that_are_no_image_not_what_they_are_called_or_gone(root):
    add(root, "text")
    (root / "train/images/text.jpg").write_text("hello")
    add(root, "gif")
    Image.fromarray(NOISE).save(root / "train/images/gif.jpg", format="GIF")
    found = reasons(root)
    assert list(found) == ["text.jpg"] and "not an image that can be read" in found["text.jpg"]
    with pytest.raises(BadDataError, match="gone.jpg: cannot be opened"):
        check_samples([Sample("gone", root / "gone.jpg")])


def test_missing_unreadable_and_wrong_masks(root):
    add(root, "none", mask=None)
    add(root, "cut")
    cut(root / "train/masks/cut.png")
    add(root, "small", mask=MASK[:12, :16])
    add(root, "turned", image=NOISE, exif=oriented(6))
    add(root, "binary", mask=MASK // 255)
    found = reasons(root)
    assert set(found) == {"none.jpg", "cut.png", "small.png", "turned.png", "binary.png"}
    assert "mask is missing" in found["none.jpg"]
    assert "damaged" in found["cut.png"]
    assert found["small.png"] == "size mismatch: mask (12, 16), photo (24, 32) (height, width)"
    assert "EXIF" in found["turned.png"]
    assert "0 and 1" in found["binary.png"]


def test_two_files_with_one_stem(root):
    add(root, "twin")
    add(root, "twin", suffix=".png")
    add(root, "twomasks")
    Image.fromarray(MASK).save(root / "train/masks/twomasks.bmp")
    found = reasons(root)
    assert found["twin.jpg"] == "shares its stem with twin.png"
    assert found["twin.png"] == "shares its stem with twin.jpg"
    assert sorted(found)[2:] == ["twomasks.bmp"]


def test_skip_keeps_the_good_ones_and_error_lists_all(root):
    for stem in ("x", "y"):
        add(root, stem, mask=None)
    assert [sample.stem for sample in check_samples(find_samples(root), on_bad="skip")] == ["good"]
    with pytest.raises(BadDataError, match="(?s)2 of 3 samples.*x.jpg.*y.jpg.*--on_bad_data=skip"):
        check_samples(find_samples(root))
    with pytest.raises(BadDataError, match="2 of 2"):
        check_samples([s for s in find_samples(root) if s.stem != "good"], on_bad="skip")
    with pytest.raises(ValueError, match="Allowed: error, skip"):
        check_samples([], on_bad="ignore")


def test_image_size_is_the_upright_one_and_survives_trailing_data(root):
    add(root, "phone", exif=oriented(8))
    path = root / "train/images/phone.jpg"
    assert image_size(path) == (32, 24)
    path.write_bytes(path.read_bytes() + b"maker's trailer" * 100)
    assert image_size(path) == (32, 24)
    cut(path, 0.2)
    with pytest.raises(ImageInputError):
        image_size(path)


def test_reference_data_is_clean(shared_dir):
    samples = find_samples(shared_dir / "data/cuhk", "test")
    assert check_samples(samples) == samples


def test_levels_by_hand():
    assert in_between(np.array([[0, 255]], np.uint8)) == []
    assert in_between(np.array([[0, 255, 128, 7]], np.uint8)) == [7, 128]
    assert counted_pixels(np.array([[0, 255]], np.uint8)) is None
    np.testing.assert_array_equal(counted_pixels(np.array([[0, 128, 255]], np.uint8)), [[1, 0, 1]])
    # A soft mask: 128 is one degree of blur among many.
    assert counted_pixels(np.array([[0, 120, 128]], np.uint8)) is None


def write(root, mask, polarity="blur"):
    Image.fromarray(np.full((*mask.shape, 3), 90, np.uint8)).save(root / "p.png")
    Image.fromarray(mask).save(root / "m.png")
    return Sample("p", root / "p.png", root / "m.png", polarity)


@pytest.mark.parametrize("polarity, blurred", [("blur", 255), ("focus", 0)])
def test_batches_tell_what_counts(tmp_path, polarity, blurred):
    mask = np.full((8, 8), blurred, np.uint8)
    mask[:, 3:6] = 128
    batch = BlurDataset([write(tmp_path, mask, polarity)], (4, 4), 1)[0]
    # Columns 2-3 and 4-5 hold ignored pixels; what is left is blurred, not mixed with grey.
    np.testing.assert_array_equal(batch["counted"][0, ..., 0], [[1, 0, 0, 1]] * 4)
    assert (batch["segmentation_masks"][batch["counted"] > 0] == 1).all()


def test_other_levels_are_named_before_training(tmp_path):
    mask = np.array([[0, 3, 128, 255] * 2] * 8, np.uint8)
    with pytest.raises(BadDataError, match="m.png: holds levels in between: 3, 128. Allowed: 0, 255 and 128"):
        check_samples([write(tmp_path, mask)])
    assert check_samples([write(tmp_path, mask)], soft_masks=True)
    mask[mask == 3] = 0
    assert check_samples([write(tmp_path, mask)])
