"""Uniform scenes: lists, the lens, shares worked by hand."""

import numpy as np
import pytest

from dbdgan_tf.data import uniform_scenes as us
from dbdgan_tf.data.layouts import read_stems
from dbdgan_tf.data.synthesis import find_sources, split_sources
from dbdgan_tf.photo import write_image


@pytest.mark.parametrize(
    ("text", "match"),
    [("sharp a\nblurred a", r"twice: \['a'\]"), ("sharp a", "0 blurred"), ("clear a", "Received: 'clear a'"),
     ("sharp", "Received: 'sharp'")],
)  # fmt: skip
def test_lists_are_read_with_comments_and_bad_ones_named(tmp_path, text, match):
    path = tmp_path / "list.txt"
    path.write_text("# header\nsharp b\nsharp a  # lake\n\nblurred c\n")
    assert us.read_groups(path) == {"sharp": ["b", "a"], "blurred": ["c"]}
    path.write_text(text)
    with pytest.raises(ValueError, match=match):
        us.read_groups(path)


def test_sharp_ones_stay_and_blurred_ones_lose_their_detail_the_more_the_larger_the_circle(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (4, 64, 320, 3), dtype=np.uint8)
    for stem, image in zip("abcd", noise):
        write_image(tmp_path / f"{stem}.png", image)
    groups = {"sharp": ["a"], "blurred": ["b", "c", "d"]}
    found, again = ([image for *_, image in us.uniform_photographs(tmp_path, groups)] for _ in range(2))
    np.testing.assert_array_equal(found[0], noise[0])
    np.testing.assert_array_equal(found, again)
    spread = [image.astype(float).std(axis=(0, 1)).mean() for image in found]
    assert spread[0] > 4 * spread[1] > 4 * spread[2] > 4 * spread[3] * 0.9
    with pytest.raises(ValueError, match=r"lacks 1 listed photographs. Received: \['x'\]"):
        list(us.uniform_photographs(tmp_path, {"sharp": ["a"], "blurred": ["x"]}))


def test_a_point_becomes_a_disc_of_the_circle_scaled_to_the_width():
    image = np.zeros((101, 640, 3), np.uint8)
    image[50, 320] = 255
    light = np.asarray(us.blur_photograph(image, 5.0, 0, np.random.default_rng(0)), np.float32)
    # 5 px at 320 is 10 px at 640: white light spread over 78.5 px.
    assert light[50, 320].mean() == pytest.approx(255 * (4 / np.pi / 100) ** (1 / 2.2), rel=0.25)
    columns = np.flatnonzero(light[50].mean(axis=-1) > 20)  # the rest is noise
    assert abs(np.ptp(columns) + 1 - 10) <= 2


def test_shares_by_hand_worst_first():
    made = [("a", "sharp", 0.9), ("b", "sharp", 0.1), ("c", "blurred", 0.5), ("d", "blurred", 0.8)]

    def predict(share):
        return np.where(np.arange(10) < 10 * share, 0.4, 0.5)  # 0.5 is not below one half

    shares = us.in_focus_shares(made, predict)
    assert [list(found.items()) for found in shares.values()] == [
        [("b", 0.1), ("a", 0.9)], [("d", 0.8), ("c", 0.5)],
    ]  # fmt: skip


def test_the_committed_lists_keep_what_is_measured_out_of_training(repository, shared_dir):
    groups = us.read_groups(repository / "configs/bsds500_uniform.txt")
    assert {group: len(stems) for group, stems in groups.items()} == {"sharp": 20, "blurred": 20}
    sources = [(source, None) for source, _ in find_sources(shared_dir / "data/bsds500/images")]
    split = split_sources(sources, seed=1)
    unlabelled = read_stems(repository / "configs/unlabelled.txt") & {path.stem for path, _ in sources}
    assert unlabelled == {path.stem for path, _ in split.train}
    assert set(groups["sharp"] + groups["blurred"]) <= {path.stem for path, _ in split.test}
    sharp = read_stems(repository / "configs/bsds500_sharp.txt")
    assert len(sharp) == 139 and sharp < unlabelled
    # SZU-BD holds photographs of BSDS500.
    held_out = {stem.removeprefix("szu_") for stem in read_stems(repository / "configs/validation.txt")}
    assert not held_out & read_stems(repository / "configs/unlabelled.txt")
