"""What is wrong with photographs and masks is told before training; level 128 of a mask does not count."""

import numpy as np
import pytest
from PIL import Image

from dbdgan_tf.data.checking import BadDataError, check_samples
from dbdgan_tf.data.dataset import BlurDataset
from dbdgan_tf.data.layouts import Sample, find_samples, find_unlabelled

NOISE = np.random.default_rng(0).integers(0, 255, (24, 32, 3), np.uint8)
MASK = np.where(np.arange(32) < 16, 0, 255).astype(np.uint8)[None].repeat(24, 0)
UPRIGHT = Image.Exif()
UPRIGHT[0x0112] = 6


@pytest.fixture
def add(tmp_path):
    """A function that adds a sample to a plain data set, which holds a good one."""

    def add(stem, image=NOISE, mask=MASK, suffix=".jpg", **options):
        for folder in ("images", "masks"):
            (tmp_path / "train" / folder).mkdir(parents=True, exist_ok=True)
        path = tmp_path / "train/images" / f"{stem}{suffix}"
        Image.fromarray(image).save(path, **options)
        if mask is not None:
            Image.fromarray(mask).save(tmp_path / "train/masks" / f"{stem}.png")
        return path

    add("good")
    return add


def cut(path, keep=0.5):
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])


def reasons(root):
    with pytest.raises(BadDataError) as error:
        check_samples(find_samples(root))
    return {path.name: reason for path, reason in error.value.problems}


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".bmp", ".webp", ".tif"])
@pytest.mark.parametrize("keep", [0.0, 0.5, 0.97])
def test_empty_and_truncated_photographs(add, tmp_path, suffix, keep):
    cut(add("bad", suffix=suffix), keep)
    found = reasons(tmp_path)
    assert list(found) == [f"bad{suffix}"]
    assert (found[f"bad{suffix}"] == "is empty (zero bytes)") == (keep == 0)


def test_every_other_fault_has_its_reason(add, tmp_path):
    add("text").write_text("hello")
    add("gif", format="GIF")
    add("none", mask=None)
    add("cut")
    cut(tmp_path / "train/masks/cut.png")
    add("small", mask=MASK[:12, :16])
    add("turned", exif=UPRIGHT)
    add("binary", mask=MASK // 255)
    add("twin")
    add("twin", suffix=".png")
    add("twomasks")
    Image.fromarray(MASK).save(tmp_path / "train/masks/twomasks.bmp")
    found, expected = reasons(tmp_path), {
        "text.jpg": "not an image that can be read", "none.jpg": "mask is missing", "cut.png": "damaged",
        "small.png": "size mismatch: mask (12, 16), photo (24, 32) (height, width)", "turned.png": "EXIF",
        "binary.png": "0 and 1", "twin.jpg": "shares its stem with twin.png",
        "twin.png": "shares its stem with twin.jpg", "twomasks.bmp": "shares its stem with twomasks.png",
    }  # fmt: skip
    assert set(found) == set(expected)
    for name, reason in expected.items():
        assert reason in found[name], name
    with pytest.raises(BadDataError, match="gone.jpg: cannot be opened"):
        check_samples([Sample("gone", tmp_path / "gone.jpg")])


def test_skip_keeps_the_good_ones_and_error_lists_all(add, tmp_path):
    add("a", mask=MASK * 0)
    path = add("upright", image=NOISE.swapaxes(0, 1), exif=UPRIGHT)
    path.write_bytes(path.read_bytes() + b"maker's trailer" * 100)
    good, unlabelled = find_samples(tmp_path), find_unlabelled(tmp_path / "train")
    assert (check_samples(good), check_samples(unlabelled)) == (good, unlabelled)
    for stem in ("x", "y"):
        add(stem, mask=None)
    samples = find_samples(tmp_path)
    assert check_samples(samples, on_bad="skip") == good
    with pytest.raises(BadDataError, match="(?s)2 of 5 samples.*x.jpg.*y.jpg.*--on_bad_data=skip"):
        check_samples(samples)
    with pytest.raises(BadDataError, match="2 of 2"):
        check_samples(samples[-2:], on_bad="skip")
    with pytest.raises(ValueError, match="Allowed: error, skip"):
        check_samples([], on_bad="ignore")


@pytest.mark.parametrize("polarity, blurred", [("blur", 255), ("focus", 0)])
def test_batches_tell_what_counts(add, tmp_path, polarity, blurred):
    mask = np.full((8, 8), blurred, np.uint8)
    mask[:, 3:6] = 128
    add("good", NOISE[:8, :8], mask)
    batch = BlurDataset(find_samples(tmp_path, polarity=polarity), (4, 4), 1)[0]
    # Columns 2-3 and 4-5 hold ignored pixels; what is left is blurred, not mixed with grey.
    np.testing.assert_array_equal(batch["counted"][0, ..., 0], [[1, 0, 0, 1]] * 4)
    assert (batch["segmentation_masks"][batch["counted"] > 0] == 1).all()


def test_other_levels_are_named_before_training(add, tmp_path):
    mask = np.array([[0, 3, 128, 255] * 2] * 8, np.uint8)
    add("good", NOISE[:8, :8], mask)
    samples = find_samples(tmp_path)
    with pytest.raises(BadDataError, match="good.png: holds levels in between: 3, 128. Allowed: 0, 255 and"):
        check_samples(samples)
    # In a soft mask 128 is one degree of blur among many.
    assert check_samples(samples, soft_masks=True) == samples
    assert BlurDataset(samples, (8, 8), 1)[0]["counted"].all()
    add("good", NOISE[:8, :8], np.where(mask == 3, 0, mask).astype(np.uint8))
    assert check_samples(samples) == samples
