import csv
import json

import cv2
import numpy as np
import pytest

from dbdgan_tf.data.layouts import find_samples
from dbdgan_tf.evaluation import EvaluationError, EvaluationResult, evaluate, format_table, maps_predictor


def test_reference_maps(shared_dir):
    expected = json.loads((shared_dir / "reference_maps/expected.json").read_text())
    samples = find_samples(shared_dir / "data/cuhk", "test")
    names = {"n": "n", "maxF": "max_f", "F50": "f_050", "MAE": "mae", "IoU": "iou"}
    for method, classes in expected.items():
        maps = maps_predictor(shared_dir / "reference_maps" / method)
        metrics = evaluate(samples, maps, allow_missing=True).metrics(resamples=0)
        for positive, figures in classes.items():
            found = {theirs: metrics[positive][ours] for theirs, ours in names.items()}
            assert found == pytest.approx(figures, abs=1e-3), (method, positive)


def test_two_right_maps_and_a_wrong_one(dataset):
    samples = find_samples(dataset, "test")
    metrics = evaluate(samples, maps_predictor(dataset / "maps"), "blur").metrics(resamples=200)
    assert (metrics["positive"], metrics["n"]) == ("blur", 3)
    # Mean P and R at t >= 1 are 2/3 each; at t = 0, R = 1 and P = mean(1/3, 1/2, 2/3) -> F = 0.65 / 1.15.
    assert metrics["max_f"] == pytest.approx(2 / 3)
    assert metrics["max_f_threshold"] == 1
    assert metrics["mae"] == pytest.approx(1 / 3)
    assert metrics["iou"] == pytest.approx(2 / 3)
    low, high = metrics["confidence_95"]["mae"]
    assert 0 <= low <= 1 / 3 <= high <= 1


def test_plain_function_and_size_of_the_mask(dataset):
    samples = find_samples(dataset, "test")
    masks = iter([cv2.imread(str(s.mask), 0) for s in samples])

    def double_size(image):
        assert image.shape == (20, 30, 3) and image.dtype == np.uint8
        return cv2.resize(next(masks), (60, 40), interpolation=cv2.INTER_NEAREST).astype(np.float32) / 255

    metrics = evaluate(samples, double_size, "focus").metrics(resamples=0)
    assert metrics["max_f"] == pytest.approx(1)


def test_map_file_of_another_size_is_resized(dataset):
    path = str(dataset / "maps/a.png")
    cv2.imwrite(path, cv2.resize(cv2.imread(path, 0), (15, 10), interpolation=cv2.INTER_NEAREST))
    samples = find_samples(dataset, "test")[:1]
    assert evaluate(samples, maps_predictor(dataset / "maps"), "blur").metrics(0)["f_050"] > 0.98


def test_missing_maps_are_an_error_that_lists_them(dataset):
    (dataset / "maps/b.png").unlink()
    samples, maps = find_samples(dataset, "test"), maps_predictor(dataset / "maps")
    with pytest.raises(EvaluationError, match=r"1 of 3 .*allow_missing.*\n  b: no map") as raised:
        evaluate(samples, maps)
    assert list(raised.value.problems) == ["b"]
    result = evaluate(samples, maps, allow_missing=True)
    assert result.missing == ("b",) and result.classes["blur"].stems == ("a", "c")


def test_no_map_at_all_is_an_error_even_if_allowed(dataset):
    samples = find_samples(dataset, "test")
    for stem in "abc":
        (dataset / f"maps/{stem}.png").rename(dataset / f"maps/x{stem}.png")
    with pytest.raises(EvaluationError, match="no image to evaluate"):
        evaluate(samples, maps_predictor(dataset / "maps"), allow_missing=True)


def test_every_bad_image_is_listed(dataset):
    np.save(dataset / "maps/a.npy", np.full((20, 30), np.nan, np.float32))
    (dataset / "maps/a.png").unlink()
    (dataset / "maps/b.png").write_bytes(b"not an image")
    with pytest.raises(EvaluationError) as raised:
        evaluate(find_samples(dataset, "test"), maps_predictor(dataset / "maps"))
    assert list(raised.value.problems) == ["a", "b"]
    assert "NaN" in raised.value.problems["a"] and "b.png" in raised.value.problems["b"]


def test_two_samples_of_one_stem_are_an_error(dataset):
    samples = find_samples(dataset, "test")
    with pytest.raises(EvaluationError, match="(?s)1 file names occur more than once.*rename"):
        evaluate([*samples, samples[0]], maps_predictor(dataset / "maps"))


def test_unknown_class(dataset):
    with pytest.raises(ValueError, match="Received: 'sharp'"):
        evaluate([], lambda image: image, "sharp")


def test_saved_files_and_reload(dataset, tmp_path):
    samples = find_samples(dataset, "test")
    result = evaluate(samples, maps_predictor(dataset / "maps"), name="three")
    metrics = result.save(tmp_path / "out", resamples=50)
    assert json.loads((tmp_path / "out/metrics.json").read_text()) == metrics
    assert set(metrics) == {"blur", "focus"}
    rows = list(csv.DictReader((tmp_path / "out/per_image.csv").open()))
    assert [(row["positive"], row["stem"]) for row in rows][:4] == [
        (c, s) for c, s in zip(["blur"] * 3, "abc")
    ] + [("focus", "a")]
    assert [float(row["mae"]) for row in rows] == [0, 0, 1] * 2
    curve = list(csv.DictReader((tmp_path / "out/curves.csv").open()))
    assert len(curve) == 512 and max(float(row["f_measure"]) for row in curve[:256]) == pytest.approx(
        2 / 3, abs=1e-6
    )
    for name in ("pr_curve.png", "f_curve.png"):
        assert cv2.imread(str(tmp_path / "out" / name)).shape[0] > 300
    loaded = EvaluationResult.load(tmp_path / "out")
    assert loaded.metrics(50) == metrics and loaded.name == "three" and loaded.images == result.images
    assert loaded.subset(["c"]).metrics(0)["blur"]["mae"] == 1
    with pytest.raises(FileNotFoundError, match="Not an evaluation folder.*trainers.evaluate"):
        EvaluationResult.load(dataset)


def test_bootstrap_is_seeded(dataset):
    result = evaluate(find_samples(dataset, "test"), maps_predictor(dataset / "maps"), "blur")
    assert result.metrics(100, seed=1) == result.metrics(100, seed=1)
    assert result.metrics(100, seed=1)["confidence_95"]["mae"] == [0, 1]


def test_table(dataset):
    result = evaluate(find_samples(dataset, "test"), maps_predictor(dataset / "maps"), "blur")
    head, line = format_table([("maps", result.metrics(0))]).splitlines()
    assert head.split()[:4] == ["positive", "n", "max_f", "f_050"]
    assert line.split()[:4] == ["maps", "blur", "3", "0.6667"]


def test_import_and_scoring_need_no_framework(run_python, dataset):
    run_python(
        f"""
        from dbdgan_tf.data.layouts import find_samples
        from dbdgan_tf.evaluation import evaluate, maps_predictor
        result = evaluate(find_samples({str(dataset)!r}, "test"), maps_predictor({str(dataset / "maps")!r}))
        assert result.metrics(10)["blur"]["n"] == 3
        """,
        blocked=("tensorflow", "keras", "jax"),
    )
