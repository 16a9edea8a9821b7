"""Options of the detector compared on photographs, with a model that answers by brightness."""

import numpy as np
import pytest

from dbdgan_tf.data.layouts import find_samples
from dbdgan_tf.evaluation.detector_options import OPTIONS, compare_options
from dbdgan_tf.photo import write_image


@pytest.fixture
def samples(tmp_path):
    """Photographs whose bright half is blurred: one of the model's size, one three times as large."""
    for stem, (height, width) in (("same", (32, 48)), ("large", (96, 144))):
        pixels = np.zeros((height, width, 3), np.uint8)
        pixels[:, : width // 2] = 255
        for kind, image in (("images", pixels), ("masks", pixels[..., 0])):
            write_image(tmp_path / f"data/test/{kind}/{stem}.png", image)
    return find_samples(tmp_path / "data", "test")


def test_every_option_is_scored_on_the_same_photographs(model, samples):
    rows = compare_options(model, samples)
    assert list(rows) == list(OPTIONS)
    assert [row["cut"] for row in rows.values()] == [0, 1, 1, 0, 1]
    for row in rows.values():
        assert row["max_f_focus"] > 0.95 and row["max_f_blur"] > 0.95 and row["ms"] > 0
    plain = rows["plain"]
    assert plain["d_focus"] == plain["d_mae"] == 0
    for row in rows.values():
        assert row["d_mae"] == pytest.approx(row["mae"] - plain["mae"])
        assert row["d_focus"] == pytest.approx(row["max_f_focus"] - plain["max_f_focus"])
    assert compare_options(model, samples[:1], {"plain": {}, "same": {}})["same"]["d_mae"] == 0
    with pytest.raises(ValueError, match="--data_dir"):
        compare_options(model, [])
