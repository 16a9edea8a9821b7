import re
import shutil

import numpy as np
import pytest

from dbdgan_tf.data.layouts import find_samples
from dbdgan_tf.evaluation import evaluate, format_table, maps_predictor
from dbdgan_tf.evaluation.report import Comparison, build_page, grid_picture
from dbdgan_tf.evaluation.report.pictures import HEADER, MARGIN, comparison_tiles, spread
from dbdgan_tf.photo import read_image, write_image


@pytest.fixture
def comparison(dataset):
    """The methods "good", which is wrong about c, and "part", which has b and c alone and is right."""
    (dataset / "part").mkdir()
    for stem in "bc":
        shutil.copy(dataset / f"test/masks/{stem}.png", dataset / "part")
    samples = find_samples(dataset, "test")
    maps = {"good": maps_predictor(dataset / "maps"), "part": maps_predictor(dataset / "part")}
    return Comparison.of(evaluate(samples, maps[name], name=name, allow_missing=True) for name in maps)


def test_common_images_and_their_ranks(comparison):
    assert comparison.stems == ("b", "c") and not comparison.same_images
    assert [metrics["n"] for _, metrics in comparison.rows("blur", False, 0)] == [3, 2]
    (_, good), (_, part) = comparison.rows("blur", True, 0)
    assert (good["mae"], part["mae"], part["n"]) == (0.5, 0, 2)
    assert comparison.ranked("blur", "mae") == comparison.ranked("blur", "e_measure") == ["b", "c"]
    assert comparison.scores_of("c", "blur")["good"]["mae"] == 1
    ranked = list(range(10))
    assert [spread(ranked, count) for count in (1, 2, 10, 20)] == [[5], [2, 7], ranked, ranked]


def test_tiles_show_photo_truth_and_maps_and_form_a_grid(comparison, dataset):
    tiles = comparison_tiles(comparison, "c", comparison.map_files(), width=30)
    assert list(tiles) == ["photo", "ground truth", "good", "part"]
    assert {pixels.shape for pixels in tiles.values()} == {(20, 30, 3)}
    assert [tiles[name][5, 25, 0] for name in ("ground truth", "good", "part")] == [0, 255, 0]
    picture = grid_picture(comparison, ["c", "b"], tile=(20, 30))
    assert picture.shape == (HEADER + 2 * (20 + MARGIN), 4 * (30 + MARGIN), 3)
    assert picture[:HEADER].min() < 128
    photo, first = read_image(dataset / "test/images/c.png"), picture[HEADER + MARGIN // 2 :, MARGIN // 2 :]
    np.testing.assert_array_equal(first[:20, :30], photo)
    np.testing.assert_array_equal(tiles["photo"], photo)


def test_page_is_self_contained(comparison):
    page = build_page(comparison, "A <title>", examples=2, resamples=20)
    assert "A &lt;title&gt;" in page and "The 2 images that every method has" in page
    assert not re.search(r"(src|href)=['\"](?!data:)", page) and "http" not in page
    # Two images as best and as worst, four pictures each; two curves per class.
    assert page.count("data:image/jpeg") == 16 and page.count("data:image/png") == 4
    assert page.index("<figcaption>b") < page.index("<figcaption>c")
    assert "<td class='best'>0.0000" in page


def test_a_figure_that_no_mask_allows_is_left_empty(dataset):
    mask = read_image(dataset / "test/masks/b.png")[..., 0]
    mask[:, 14:16] = 128
    write_image(dataset / "test/masks/b.png", mask)
    samples, maps = find_samples(dataset, "test"), maps_predictor(dataset / "maps")
    assert evaluate(samples[:2], maps).metrics(0)["blur"]["boundary_f"] == 1  # that of a
    results = [evaluate(samples[1:2], maps, name=name) for name in "xy"]
    metrics = results[0].metrics(0)["blur"]
    assert metrics["boundary_f"] is None
    assert format_table([("x", metrics)]).splitlines()[-1].split(" | ")[12] == ""
    assert "<td></td>" in build_page(Comparison.of(results), examples=0, resamples=0)


def test_maps_that_were_not_kept_leave_a_gap(dataset):
    samples = find_samples(dataset, "test")
    comparison = Comparison.of([evaluate(samples, lambda image: image[..., 0] / 255.0, name="function")])
    assert build_page(comparison, examples=1, resamples=0).count("class='none'") == 2
    assert grid_picture(comparison, ["a"]).shape[1] == 3 * (220 + MARGIN)


def test_bad_comparisons_and_a_moved_dataset_are_named(dataset, comparison):
    samples, maps = find_samples(dataset, "test"), maps_predictor(dataset / "maps")
    only_a = evaluate(samples[:1], maps, "blur", name="a")
    focus = evaluate(samples, maps, "focus", name="focus")
    good, part = comparison.results
    for results, message in (
        ([], "different names"), ([good, good], "different names"), ([only_a, part], "no image in common"),
        ([only_a, focus], "positive=both"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=message):
            Comparison.of(results)
    with pytest.raises(ValueError, match="Received: 'luck'"):
        comparison.ranked("blur", "luck")
    with pytest.raises(ValueError, match="Received: .'z'"):
        grid_picture(comparison, ["z"])
    (dataset / "test/images/b.png").unlink()
    with pytest.raises(FileNotFoundError, match="b.png"):
        build_page(comparison, resamples=0)
