import dataclasses
import json

import cv2
import numpy as np
import pytest

from dbdgan_tf.data.checking import BadDataError
from dbdgan_tf.data.layouts import find_samples
from dbdgan_tf.data.synthesis import SourcePool, SynthesisConfig, synthesize_image, write_dataset
from dbdgan_tf.data.synthesis.generator import split_sources
from dbdgan_tf.data.synthesis.sources import find_sources, sharpness
from dbdgan_tf.photo import read_image, read_mask_uint8, write_image

NOISE = np.random.default_rng(0).integers(0, 255, (80, 120, 3), np.uint8)
SMALL = SynthesisConfig(image_size=(48, 64))


@pytest.fixture(scope="module")
def sources():
    return split_sources(find_sources())


def contents(root):
    return {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_a_written_data_set_is_read_back(sources, tmp_path):
    def write(folder="made", config=SMALL):
        return write_dataset(tmp_path / folder, sources, 3, 2, seed=4, config=config, workers=1)

    assert sorted([*sources.train, *sources.test]) == sorted(find_sources()) and len(sources.test) == 3
    with pytest.raises(ValueError, match="at least two.*Received: 1"):
        split_sources(find_sources()[:1])
    assert write() and not write()
    train, test = (find_samples(tmp_path / "made", split) for split in ("train", "test"))
    assert (len(train), len(test)) == (3, 2) and all(sample.mask.exists() for sample in train + test)
    scene = synthesize_image(SourcePool(sources.train), 1, (4, 0), SMALL)
    np.testing.assert_array_equal(read_mask_uint8(train[1].mask), scene.mask)
    assert np.abs(read_image(train[1].image).astype(int) - scene.image).mean() < 6
    assert json.loads((tmp_path / "made/synthesis.json").read_text())["seed"] == 4
    train[0].image.unlink()
    assert write() and train[0].image.exists()
    with pytest.raises(ValueError, match="other options"):
        write(config=dataclasses.replace(SMALL, plain=0.5))
    # Other photographs are not mixed in.
    (tmp_path / "other/train/images").mkdir(parents=True)
    (tmp_path / "other/train/images/holiday.jpg").write_bytes(b"x")
    with pytest.raises(ValueError, match="holiday.jpg"):
        write("other")


def test_any_number_of_processes_writes_the_same_bytes(sources, tmp_path):
    for folder, workers, seed in (("one", 1, 0), ("two", 2, 0), ("other", 1, 1)):
        write_dataset(tmp_path / folder, sources, 3, 1, seed=seed, config=SMALL, workers=workers)
    one, two, other = (contents(tmp_path / name) for name in ("one", "two", "other"))
    assert one == two and len(one) == 9
    assert all(one[path] != other[path] for path in one if path.suffix == ".jpg")


def test_scenes_from_photographs_with_regions(shared_dir):
    folder = shared_dir / "data/bsds500"
    pairs = find_sources(folder / "images", folder / "regions")[:6]
    assert all(regions for _, regions in pairs)
    masks = [synthesize_image(SourcePool(pairs), index, config=SMALL).mask for index in range(8)]
    assert 0.05 < np.mean(masks) / 255 < 0.95


@pytest.fixture
def folders(tmp_path):
    """Of photographs, the first of them bright where its region is 1, and of regions of the first."""
    regions = np.repeat([[1, 0]], 80, 0).repeat(60, 1).astype(np.uint8)
    write_image(tmp_path / "sharp/a.png", 200 * regions[..., None].repeat(3, -1))
    write_image(tmp_path / "sharp/b.PNG", NOISE)
    write_image(tmp_path / "regions/a.png", regions)
    return tmp_path / "sharp", tmp_path / "regions"


def test_sources_pair_with_region_maps_by_stem(folders):
    sharp, regions = folders
    first, second = find_sources(sharp, regions)
    assert (first, second) == ((sharp / "a.png", regions / "a.png"), (sharp / "b.PNG", None))
    assert find_sources(sharp) == [(sharp / "a.png", None), (sharp / "b.PNG", None)]
    with pytest.raises(ValueError, match="No photographs"):
        find_sources(sharp / "absent")
    with pytest.raises(ValueError, match="No region map"):
        find_sources(sharp, sharp.parent / "absent")
    # Small photographs are mirrored, not enlarged.
    image, found = SourcePool([second]).crop(np.random.default_rng(0), (200, 130))
    assert image.shape == (200, 130, 3) and found is None
    assert image.astype(int).std() == pytest.approx(NOISE.std(), abs=1)
    # Regions keep their place.
    for seed in range(10):
        image, found = SourcePool([first]).crop(np.random.default_rng(seed), (40, 60))
        assert image.shape == (40, 60, 3) and found.shape == (40, 60)
        assert ((image[..., 0] > 100) == (found == 1)).mean() > 0.97


def test_bad_sources_are_named_in_one_list(folders):
    sharp, regions = folders
    (sharp / "c.jpg").write_bytes(b"")
    write_image(sharp / "d.png", NOISE)
    write_image(regions / "d.png", np.zeros((10, 10), np.uint8))
    write_image(regions / "b.png", NOISE)
    with pytest.raises(BadDataError) as error:
        find_sources(sharp, regions)
    assert [(f"{path.parent.name}/{path.name}", reason) for path, reason in error.value.problems] == [
        ("regions/b.png", "holds 3 channels. Allowed: one channel of region numbers"),
        ("sharp/c.jpg", "is empty (zero bytes)"),
        ("regions/d.png", "size mismatch: regions (10, 10), photo (80, 120) (height, width)"),
    ]


def test_sharpness_falls_with_blur_ignores_contrast_and_decides_for_the_pool(tmp_path):
    edges = np.kron(np.random.default_rng(1).integers(0, 2, (12, 12)), np.ones((10, 10))) * 200 + 20
    photo = edges.astype(np.uint8)[..., None].repeat(3, -1)
    blurred = cv2.GaussianBlur(photo, (0, 0), 4)
    assert sharpness(blurred) < 0.5 * sharpness(photo)
    assert sharpness(photo // 2) == pytest.approx(sharpness(photo), rel=0.1)
    for stem, pixels in (("a", photo), ("b", blurred)):
        write_image(tmp_path / f"{stem}.png", pixels)
    pool = SourcePool(find_sources(tmp_path))
    crops = [pool.crop(np.random.default_rng(seed), (100, 100))[0] for seed in range(40)]
    assert np.mean([sharpness(crop) > 0.15 for crop in crops]) > 0.75
