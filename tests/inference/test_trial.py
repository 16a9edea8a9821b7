"""Files that would end the process are refused by it: bundled ones by checksum, others in a child."""

import pickle

import numpy as np
import pytest

from dbdgan_tf import BlurDetector
from dbdgan_tf.inference import ModelFileError, bundled, trial


@pytest.fixture(autouse=True)
def own_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    trial._check_file.cache_clear()


def remembered(tmp_path):
    return list((tmp_path / "cache/dbdgan_tf/models").glob("*"))


def test_one_wrong_bit_of_a_bundled_model_is_noticed(monkeypatch, tmp_path):
    good = bundled.bundled_model()
    content = bytearray(good.read_bytes())
    content[5811747] ^= 1 << 6
    monkeypatch.setattr(bundled, "ASSETS", tmp_path)
    monkeypatch.setattr(trial, "ASSETS", tmp_path)
    (tmp_path / good.name).write_bytes(content)
    (tmp_path / f"{good.name}.json").write_bytes(good.with_name(f"{good.name}.json").read_bytes())
    with pytest.raises(ModelFileError, match="bundled model is damaged"):
        BlurDetector("lite")


def test_bundled_models_are_not_tried(tmp_path):
    BlurDetector("lite")
    assert not remembered(tmp_path)


def test_only_a_child_dies(monkeypatch, grey_file, tmp_path):
    monkeypatch.setattr(trial, "_CHILD", "import os; os.abort()")
    with pytest.raises(ModelFileError, match=f"{grey_file}.*died of signal 6"):
        BlurDetector(grey_file)
    assert not remembered(tmp_path)


def test_a_child_that_never_ends(monkeypatch, grey_file):
    monkeypatch.setattr(trial, "_CHILD", "import time; time.sleep(60)")
    monkeypatch.setattr(trial, "SECONDS", 0.2)
    with pytest.raises(ModelFileError, match="nothing within 0.2 s"):
        BlurDetector(grey_file)


def test_a_zeroed_block_is_told_in_one_line(tmp_path):
    content = bytearray(bundled.bundled_model().read_bytes())
    content[len(content) // 2 :] = bytes(len(content) - len(content) // 2)
    with pytest.raises(ModelFileError, match="LiteRT cannot load the model.*LiteRT says: "):
        BlurDetector(bytes(content))


def test_a_good_file_is_tried_once(monkeypatch, grey_file, tmp_path):
    BlurDetector(grey_file)
    assert len(remembered(tmp_path)) == 1
    monkeypatch.setattr(trial, "_CHILD", "import os; os.abort()")
    trial._check_file.cache_clear()
    BlurDetector(grey_file)
    BlurDetector(grey_file.read_bytes())


def test_a_detector_is_pickled_and_takes_numpy_numbers(grey_file):
    photo = np.full((20, 30, 3), 90, np.uint8)
    detector = BlurDetector(grey_file, num_threads=np.int64(1), scale="native")
    again = pickle.loads(pickle.dumps(detector))
    assert np.array_equal(again(photo).blur_map, detector(photo).blur_map)
