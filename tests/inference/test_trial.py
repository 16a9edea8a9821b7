"""Files that would end the process are refused by it: bundled ones by checksum, others in a child."""

import pickle

import numpy as np
import pytest

from dbdgan_tf import BlurDetector
from dbdgan_tf.inference import ModelFileError, bundled, trial

DIES = "import os; os.abort()"


@pytest.fixture(autouse=True)
def remembered(monkeypatch, tmp_path):
    """Lists what was tried and passed, in a cache of this test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    trial._check_file.cache_clear()
    return lambda: list((tmp_path / "cache/dbdgan_tf/models").glob("*"))


def test_one_wrong_bit_of_a_bundled_model_is_noticed(monkeypatch, tmp_path):
    good = bundled.bundled_model()
    content = bytearray(good.read_bytes())
    content[5811747] ^= 1 << 6
    for module in (bundled, trial):
        monkeypatch.setattr(module, "ASSETS", tmp_path)
    (tmp_path / good.name).write_bytes(content)
    (tmp_path / f"{good.name}.json").write_bytes(good.with_name(f"{good.name}.json").read_bytes())
    with pytest.raises(ModelFileError, match="bundled model is damaged"):
        BlurDetector("lite")


@pytest.mark.parametrize(
    ("child", "message"),
    [(DIES, "died of signal 6"), ("import time; time.sleep(60)", "nothing within 1 s")],
)
def test_only_a_child_dies(monkeypatch, grey_file, remembered, child, message):
    monkeypatch.setattr(trial, "_CHILD", child)
    monkeypatch.setattr(trial, "SECONDS", 1)
    with pytest.raises(ModelFileError, match=f"{grey_file}.*{message}"):
        BlurDetector(grey_file)
    assert not remembered()


def test_a_zeroed_block_is_told_in_one_line():
    content = bundled.bundled_model().read_bytes()
    with pytest.raises(ModelFileError, match="LiteRT cannot load the model.*LiteRT says: "):
        BlurDetector(content[: len(content) // 2].ljust(len(content), b"\0"))


def test_a_good_file_is_tried_once_and_a_bundled_one_never(monkeypatch, grey_file, remembered):
    BlurDetector("lite")
    assert not remembered()
    BlurDetector(grey_file)
    assert len(remembered()) == 1
    monkeypatch.setattr(trial, "_CHILD", DIES)
    trial._check_file.cache_clear()
    BlurDetector(grey_file)
    BlurDetector(grey_file.read_bytes())


def test_a_detector_is_pickled_and_takes_numpy_numbers(grey_file):
    photo = np.full((20, 30, 3), 90, np.uint8)
    detector = BlurDetector(grey_file, num_threads=np.int64(1), scale="native")
    again = pickle.loads(pickle.dumps(detector))
    assert np.array_equal(again(photo).blur_map, detector(photo).blur_map)
