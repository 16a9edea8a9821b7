import pytest
from PIL import Image

from dbdgan_tf.data.layouts import find_samples, find_unlabelled
from dbdgan_tf.photo import read_mask

# root layout -> split, photograph, mask, the mean that an all-white mask must have inside the library
PUBLISHED = [
    ("train", "train/images/a.jpg", "train/masks/a.png", 1.0),
    ("test", "test/images/a.JPG", "test/masks/a.PNG", 1.0),
    ("train", "shi800train/out_of_focus0001.jpg", "shi800train-gt/out_of_focus0001.png", 1.0),
    ("test", "shi200test/out_of_focus0001.jpg", "shi200test-gt/out_of_focus0001.png", 1.0),
    ("test", "CUHK_test/images/out_of_focus0001.jpg", "CUHK_test/labels/out_of_focus0001.jpg", 1.0),
    ("test", "CUHK_test/images/7.jpg", "CUHK_test/labels/7.png", 1.0),
    ("test", "DUT_test/images/a.jpg", "DUT_test/labels/a.jpg", 0.0),
    ("test", "SZU-BD_test/img/out-of-focus/a.jpg", "SZU-BD_test/gt/a.png", 1.0),
    ("test", "SZU-BD_test/img/out-of-focus/a.jpg", "SZU-BD_test/gt/out-of-focus/a.png", 1.0),
    ("train", "train_data/1204source/a.bmp", "train_data/1204gt/a.bmp", 0.0),
    ("test", "test_data/DUT/dut500-source/a.bmp", "test_data/DUT/dut500-gt/a.png", 0.0),
    ("test", "test_data/CUHK/xu100-source/a.bmp", "test_data/CUHK/xu100-gt/a.png", 0.0),
    ("train", "train_data/images/a.webp", "train_data/gt/a.tif", 0.0),
]


def place(path, size=(4, 4), colour=255, mode="L"):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, colour).save(path)


@pytest.mark.parametrize("split, image, mask, mean", PUBLISHED)
def test_published_layouts_with_their_own_polarity(tmp_path, split, image, mask, mean):
    place(tmp_path / image)
    place(tmp_path / mask)
    (sample,) = find_samples(tmp_path, split)
    assert (sample.image, sample.mask, sample.stem) == (tmp_path / image, tmp_path / mask, sample.image.stem)
    assert read_mask(sample.mask, sample.polarity).mean() == mean


@pytest.mark.parametrize("split, image, mask, mean", PUBLISHED)
def test_the_root_may_be_any_folder_above_the_images(tmp_path, split, image, mask, mean):
    place(tmp_path / image)
    place(tmp_path / mask)
    for parent in (tmp_path / image).parents[:-1]:
        has_masks = (tmp_path / mask).is_relative_to(parent)
        if parent.is_relative_to(tmp_path) and has_masks:
            assert [sample.mask for sample in find_samples(parent, split)] == [tmp_path / mask]


def test_explicit_polarity_wins(tmp_path):
    for folder in ("train_data/1204source", "train_data/1204gt"):
        place(tmp_path / folder / "a.png")
    assert [find_samples(tmp_path, polarity=p)[0].polarity for p in (None, "blur")] == ["focus", "blur"]


def test_cuhk_keeps_only_out_of_focus(tmp_path):
    for folder in ("shi800train", "shi800train-gt"):
        place(tmp_path / folder / "motion0001.png")
        place(tmp_path / folder / "out_of_focus0002.png")
    assert [sample.stem for sample in find_samples(tmp_path)] == ["out_of_focus0002"]


@pytest.mark.parametrize("suffix", [".jpg", ".JPG", ".Jpeg", ".png", ".BMP", ".webp", ".tif", ".TIFF"])
def test_extensions_match_in_any_case(tmp_path, suffix):
    place(tmp_path / "train/images" / f"a{suffix}")
    place(tmp_path / "train/images/._a.jpg")
    (tmp_path / "train/images/notes.txt").write_text("no photograph")
    assert [sample.image.name for sample in find_samples(tmp_path)] == [f"a{suffix}"]


def test_a_missing_mask_is_named_not_dropped(tmp_path):
    place(tmp_path / "train/images/a.jpg")
    assert find_samples(tmp_path)[0].mask == tmp_path / "train/masks/a.png"


def test_errors_say_what_is_allowed(tmp_path):
    with pytest.raises(ValueError, match="Received: 'val'. Allowed: train, test"):
        find_samples(tmp_path, "val")
    with pytest.raises(ValueError, match="No known data set layout.*shi800train with shi800train-gt"):
        find_samples(tmp_path, "train")
    with pytest.raises(ValueError, match="does not exist"):
        find_samples(tmp_path / "absent")
    with pytest.raises(ValueError, match="Unknown mask polarity"):
        find_samples(tmp_path, polarity="white")
    (tmp_path / "train/images").mkdir(parents=True)
    with pytest.raises(ValueError, match="No photographs in"):
        find_samples(tmp_path)


def test_two_data_sets_under_one_root_are_an_error(tmp_path):
    place(tmp_path / "CUHK_test/images/a.jpg")
    place(tmp_path / "DUT_test/images/a.jpg")
    with pytest.raises(ValueError, match="More than one data set"):
        find_samples(tmp_path, "test")
    assert len(find_samples(tmp_path / "DUT_test", "test")) == 1


def test_unlabelled_photographs(tmp_path):
    place(tmp_path / "images/b.jpg")
    assert [(s.stem, s.mask) for s in find_unlabelled(tmp_path)] == [("b", None)]
    assert find_unlabelled(tmp_path / "images") == find_unlabelled(tmp_path)
    with pytest.raises(ValueError, match="No photographs"):
        find_unlabelled(tmp_path / "none")


def test_reference_data(shared_dir):
    train, test = (find_samples(shared_dir / "data/cuhk", split) for split in ("train", "test"))
    assert (len(train), len(test)) == (600, 104)
    assert all(sample.mask.exists() for sample in train + test)
    assert len(find_unlabelled(shared_dir / "data/bsds500")) == 500
