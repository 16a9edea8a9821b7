import dataclasses
import json

import numpy as np
import pytest

from dbdgan_tf.data.layouts import find_samples
from dbdgan_tf.data.synthesis import (
    SourcePool,
    SynthesisConfig,
    find_sources,
    split_sources,
    synthesize_image,
    write_dataset,
)
from dbdgan_tf.photo import read_image, read_mask_uint8

SMALL = SynthesisConfig(image_size=(48, 64))


@pytest.fixture(scope="module")
def sources():
    return split_sources(find_sources())


def contents(root):
    return {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_the_splits_share_no_photograph(sources):
    assert sorted([*sources.train, *sources.test]) == sorted(find_sources())
    assert len(sources.test) == 3
    with pytest.raises(ValueError, match="at least two.*Received: 1"):
        split_sources(find_sources()[:1])


def test_a_written_data_set_is_read_back(sources, tmp_path):
    def write(folder="made", config=SMALL):
        return write_dataset(tmp_path / folder, sources, 3, 2, seed=4, config=config, workers=1)

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
