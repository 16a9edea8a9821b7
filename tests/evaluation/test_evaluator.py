import csv
import json

import cv2
import numpy as np
import pytest

from dbdgan_tf.data.layouts import Sample, find_samples
from dbdgan_tf.evaluation import EvaluationError, EvaluationResult, evaluate, format_table, maps_predictor
from dbdgan_tf.evaluation.result import confidence_interval


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


@pytest.fixture
def samples(dataset):
    return find_samples(dataset, "test")


@pytest.fixture
def maps(dataset):
    return maps_predictor(dataset / "maps")


def test_two_right_maps_and_a_wrong_one(samples, maps):
    result = evaluate(samples, maps, "blur")
    metrics = result.metrics(resamples=200)
    assert (metrics["positive"], metrics["n"]) == ("blur", 3)
    # Mean P and R at t >= 1 are 2/3 each; at t = 0, R = 1 and P = mean(1/3, 1/2, 2/3) -> F = 0.65 / 1.15.
    assert (metrics["max_f"], metrics["max_f_threshold"]) == (pytest.approx(2 / 3), 1)
    assert (metrics["mae"], metrics["iou"]) == (pytest.approx(1 / 3), pytest.approx(2 / 3))
    low, high = metrics["confidence_95"]["mae"]
    assert 0 <= low <= 1 / 3 <= high <= 1
    head, _, line = format_table([("maps", metrics)]).splitlines()
    assert head.startswith("|  | positive | n | max_f | f_050 |")
    assert line.startswith("| maps | blur | 3 | 0.6667 |")
    assert result.metrics(100, seed=1) == result.metrics(100, seed=1)
    assert result.metrics(100, seed=1)["confidence_95"]["mae"] == [0, 1]


def test_plain_function_and_size_of_the_mask(samples):
    masks = iter([cv2.imread(str(s.mask), 0) for s in samples])

    def double_size(image):
        assert image.shape == (20, 30, 3) and image.dtype == np.uint8
        return cv2.resize(next(masks), (60, 40), interpolation=cv2.INTER_NEAREST).astype(np.float32) / 255

    assert evaluate(samples, double_size, "focus").metrics(resamples=0)["max_f"] == pytest.approx(1)


def test_missing_maps_are_an_error_that_lists_them(dataset, samples):
    (dataset / "maps/b.png").unlink()
    maps = maps_predictor(dataset / "maps")
    with pytest.raises(EvaluationError, match=r"1 of 3 .*allow_missing.*\n  b: no map") as raised:
        evaluate(samples, maps)
    assert list(raised.value.problems) == ["b"]
    result = evaluate(samples, maps, allow_missing=True)
    assert result.missing == ("b",) and result.classes["blur"].stems == ("a", "c")
    with pytest.raises(EvaluationError, match="no image to evaluate"):
        evaluate(samples[1:2], maps, allow_missing=True)


def test_every_bad_image_is_listed(dataset, samples):
    np.save(dataset / "maps/a.npy", np.full((20, 30), np.nan, np.float32))
    (dataset / "maps/a.png").unlink()
    (dataset / "maps/b.png").write_bytes(b"not an image")
    with pytest.raises(EvaluationError) as raised:
        evaluate(samples, maps_predictor(dataset / "maps"))
    assert list(raised.value.problems) == ["a", "b"]
    assert "NaN" in raised.value.problems["a"] and "b.png" in raised.value.problems["b"]


def test_two_samples_of_one_stem_no_mask_and_an_unknown_class_are_errors(samples, maps):
    with pytest.raises(EvaluationError, match="(?s)1 file names occur more than once.*rename"):
        evaluate([*samples, samples[0]], maps)
    with pytest.raises(EvaluationError, match="no mask"):
        evaluate([Sample("a", samples[0].image)], maps)
    with pytest.raises(ValueError, match="Received: 'sharp'"):
        evaluate([], maps, "sharp")


def test_saved_files_and_reload(dataset, samples, maps, tmp_path):
    result = evaluate(samples, maps, name="three")
    metrics = result.save(tmp_path / "out", resamples=50)
    assert json.loads((tmp_path / "out/metrics.json").read_text()) == metrics
    assert set(metrics) == {"blur", "focus"}
    rows = list(csv.DictReader((tmp_path / "out/per_image.csv").open()))
    assert [(row["positive"], row["stem"]) for row in rows[2:4]] == [("blur", "c"), ("focus", "a")]
    assert [float(row["mae"]) for row in rows] == [0, 0, 1] * 2
    curve = [float(row["f_measure"]) for row in csv.DictReader((tmp_path / "out/curves.csv").open())]
    assert len(curve) == 512 and max(curve[:256]) == pytest.approx(2 / 3, abs=1e-6)
    for name in ("pr_curve.png", "f_curve.png"):
        assert cv2.imread(str(tmp_path / "out" / name)).shape[0] > 300
    loaded = EvaluationResult.load(tmp_path / "out")
    assert loaded.metrics(50) == metrics and loaded.name == "three" and loaded.images == result.images
    assert loaded.classes["blur"].subset(["c"]).metrics(0)["mae"] == 1
    with pytest.raises(FileNotFoundError, match="Not an evaluation folder.*trainers.evaluate"):
        EvaluationResult.load(dataset)


def test_import_and_scoring_need_no_framework(run_python, dataset):
    code = f"""
        from dbdgan_tf.data.layouts import find_samples
        from dbdgan_tf.evaluation import evaluate, maps_predictor
        result = evaluate(find_samples({str(dataset)!r}, "test"), maps_predictor({str(dataset / "maps")!r}))
        assert result.metrics(10)["blur"]["n"] == 3
    """
    run_python(code, blocked=("tensorflow", "keras", "jax"))


def test_interval_of_a_mean_matches_the_normal_approximation():
    values = np.random.default_rng(0).normal(3, 2, 400)
    low, high = confidence_interval(lambda weights: weights @ values, 400, 4000)
    assert (high - low) / 2 == pytest.approx(1.96 * values.std() / 20, rel=0.05)
    assert (high + low) / 2 == pytest.approx(values.mean(), abs=0.02)
    # Weights sum to one.
    assert confidence_interval(lambda weights: weights.sum(axis=1), 7, 10) == pytest.approx([1, 1])
