import re

import numpy as np
import pytest

from dbdgan_tf.data.layouts import find_samples
from dbdgan_tf.evaluation import evaluate, maps_predictor
from dbdgan_tf.evaluation.report import Comparison, build_page, grid_picture
from dbdgan_tf.evaluation.report.pictures import HEADER, MARGIN, comparison_tiles, spread
from dbdgan_tf.photo import write_image


@pytest.fixture
def dataset(tmp_path):
    """Images a..d; the method "good" has all maps and errs most on a; "part" has b and c."""
    for index, stem in enumerate("abcd"):
        mask = np.zeros((40, 60), np.uint8)
        mask[:, :30] = 255
        photo = np.full((40, 60, 3), 60 * index, np.uint8)
        good = np.where(mask == 255, 160 + 30 * index, 0).astype(np.uint8)
        files = {"test/images": photo, "test/masks": mask, "good": good}
        files |= {"part": mask} if stem in "bc" else {}
        for folder, pixels in files.items():
            write_image(tmp_path / folder / f"{stem}.png", pixels)
    return tmp_path


@pytest.fixture
def comparison(dataset):
    samples = find_samples(dataset, "test")
    maps = {name: maps_predictor(dataset / name) for name in ("good", "part")}
    return Comparison.of(evaluate(samples, maps[name], name=name, allow_missing=True) for name in maps)


def test_common_images_and_their_ranks(comparison):
    assert comparison.stems == ("b", "c") and not comparison.same_images
    assert [metrics["n"] for _, metrics in comparison.rows("blur", False, 0)] == [4, 2]
    (_, good), (_, part) = comparison.rows("blur", True, 0)
    assert good["mae"] == pytest.approx(((255 - 190) + (255 - 220)) / 255 / 4)
    assert part["mae"] == 0 and part["n"] == 2
    assert comparison.ranked("blur", "mae") == comparison.ranked("blur", "e_measure") == ["c", "b"]
    assert comparison.scores_of("b", "blur")["good"]["mae"] == pytest.approx(65 / 255 / 2)
    ranked = list(range(10))
    assert [spread(ranked, count) for count in (1, 2, 10, 20)] == [[5], [2, 7], ranked, ranked]


def test_tiles_show_photo_truth_and_maps_and_form_a_grid(comparison):
    tiles = comparison_tiles(comparison, "c", comparison.map_files(), width=30)
    assert list(tiles) == ["photo", "ground truth", "good", "part"]
    assert {pixels.shape for pixels in tiles.values()} == {(20, 30, 3)}
    assert (tiles["photo"][5, 5, 0], tiles["good"][5, 5, 0], tiles["ground truth"][5, 25, 0]) == (120, 220, 0)
    picture = grid_picture(comparison, ["b", "c"], tile=(40, 60))
    assert picture.shape == (HEADER + 2 * (40 + MARGIN), 4 * (60 + MARGIN), 3)
    assert picture[:HEADER].min() < 128
    assert picture[HEADER + MARGIN // 2 + 20, MARGIN // 2 + 20, 0] == 60


def test_page_is_self_contained(comparison):
    page = build_page(comparison, "A <title>", examples=2, resamples=20)
    assert "A &lt;title&gt;" in page and "The 2 images that every method has" in page
    assert not re.search(r"(src|href)=['\"](?!data:)", page) and "http" not in page
    # Two images as best and as worst, four pictures each; two curves per class.
    assert page.count("data:image/jpeg") == 16 and page.count("data:image/png") == 4
    assert page.index(">c<") < page.index(">b<")
    assert "<td class='best'>0.0000" in page


def test_maps_that_were_not_kept_leave_a_gap(dataset):
    samples = find_samples(dataset, "test")
    comparison = Comparison.of([evaluate(samples, lambda image: image[..., 0] / 255.0, name="function")])
    assert build_page(comparison, examples=1, resamples=0).count("class='none'") == 2
    assert grid_picture(comparison, ["a"]).shape[1] == 3 * (220 + MARGIN)


def test_bad_comparisons_and_a_moved_dataset_are_named(dataset, comparison):
    samples, maps = find_samples(dataset, "test"), maps_predictor(dataset / "good")
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
