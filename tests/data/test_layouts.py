import pytest
from PIL import Image

from dbdgan_tf.data.layouts import find_samples, find_unlabelled
from dbdgan_tf.photo import read_mask

# root layout -> split, photograph, mask, the mean that an all-white mask must have inside the library
PUBLISHED = [
    ("train", "train/images/a.Jpeg", "train/masks/a.TIFF", 1.0),
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


def place(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", (4, 4), 255).save(path)


@pytest.mark.parametrize("split, image, mask, mean", PUBLISHED)
def test_published_layouts_with_their_own_polarity(tmp_path, split, image, mask, mean):
    image, mask = tmp_path / image, tmp_path / mask
    for path in (image, mask, image.parent / "._a.jpg"):
        place(path)
    (image.parent / "notes.txt").write_text("no photograph")
    (sample,) = find_samples(tmp_path, split)
    assert (sample.image, sample.mask, sample.stem) == (image, mask, image.stem)
    assert read_mask(sample.mask, sample.polarity).mean() == mean
    assert find_samples(tmp_path, split, "blur")[0].polarity == "blur"
    # The root may be any folder above the images, and the masks.
    for parent in image.parents:
        if parent.is_relative_to(tmp_path) and mask.is_relative_to(parent):
            assert [sample.mask for sample in find_samples(parent, split)] == [mask]


def test_cuhk_keeps_only_out_of_focus_and_a_missing_mask_is_named_not_dropped(tmp_path):
    for name in ("motion0001.png", "out_of_focus0002.png"):
        place(tmp_path / "shi800train" / name)
    (sample,) = find_samples(tmp_path)
    assert sample.mask == tmp_path / "shi800train-gt/out_of_focus0002.png"


@pytest.mark.parametrize(
    "folder, arguments, match",
    [
        ("", ("val",), "Received: 'val'. Allowed: train, test"),
        ("", ("train", "white"), "Unknown mask polarity"),
        ("", (), "No known data set layout.*shi800train with shi800train-gt"),
        ("absent", (), "does not exist"),
        ("empty", (), "No photographs in"),
        ("", ("test",), "More than one data set"),
    ],
)
def test_errors_say_what_is_allowed(tmp_path, folder, arguments, match):
    (tmp_path / "empty/train/images").mkdir(parents=True)
    place(tmp_path / "CUHK_test/images/a.jpg")
    place(tmp_path / "DUT_test/images/a.jpg")
    with pytest.raises(ValueError, match=match):
        find_samples(tmp_path / folder, *arguments)
    assert len(find_samples(tmp_path / "DUT_test", "test")) == 1


def test_unlabelled_photographs(tmp_path):
    place(tmp_path / "images/b.jpg")
    assert [(s.stem, s.mask) for s in find_unlabelled(tmp_path)] == [("b", None)]
    assert find_unlabelled(tmp_path / "images") == find_unlabelled(tmp_path)
    with pytest.raises(ValueError, match="No photographs"):
        find_unlabelled(tmp_path / "none")
