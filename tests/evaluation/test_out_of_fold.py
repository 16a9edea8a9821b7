"""Maps by networks that never saw the photograph."""

import numpy as np
import pytest

from dbdgan_tf.data.layouts import Sample
from dbdgan_tf.evaluation.predictors import ImagePredictor, OutOfFoldPredictor, best_network
from dbdgan_tf.photo import write_image
from dbdgan_tf.training.records import read_trained_on, write_trained_on


def constant(value):
    return ImagePredictor(
        lambda images: [np.full((4, 4), value, np.float32) for _ in images], model_size=(4, 4)
    )


@pytest.fixture
def samples(tmp_path):
    made = []
    for stem in ("first", "second", "unseen"):
        write_image(tmp_path / f"{stem}.png", np.zeros((4, 4, 3), np.uint8))
        made.append(Sample(stem, tmp_path / f"{stem}.png"))
    return made


def test_a_map_is_the_mean_of_the_networks_that_did_not_see_the_photograph(samples):
    networks = {"a": constant(0.2), "b": constant(0.4), "c": constant(0.9)}
    trained = {"a": {"first"}, "b": {"first", "second"}, "c": {"second"}}
    maps = {sample.stem: m.mean() for sample, m in OutOfFoldPredictor(networks, trained).predict(samples)}
    assert maps == pytest.approx({"first": 0.9, "second": 0.2, "unseen": 0.5})


def test_a_photograph_that_all_have_seen_is_an_error(samples):
    predictor = OutOfFoldPredictor({"a": constant(0.2)}, {"a": {"second"}})
    with pytest.raises(ValueError, match="trained on 1 of the photographs. Received: second"):
        list(predictor.predict(samples))


def test_lists_lie_beside_networks(samples, tmp_path):
    write_trained_on(tmp_path, [Sample("x", tmp_path, tmp_path / "x.png"), samples[0]])
    assert read_trained_on(tmp_path / "teacher_best") == {"x"}
    with pytest.raises(ValueError, match="It is not known on which photographs"):
        read_trained_on(tmp_path / "elsewhere" / "teacher_best")
    (tmp_path / "teacher_best.json").touch()
    assert best_network(tmp_path) == str(tmp_path / "teacher_best")
    (tmp_path / "student_best.json").touch()
    with pytest.raises(ValueError, match="with one network"):
        best_network(tmp_path)
