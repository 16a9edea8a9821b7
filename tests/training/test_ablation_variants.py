"""The ablation's variants: each differs from the one it is compared with in one thing."""

import dataclasses

import pytest
from absl import flags as absl_flags

from dbdgan_tf.command import flags
from dbdgan_tf.training.ablation_variants import (
    TERMS,
    VARIANTS,
    as_flags,
    configure,
    find_variants,
    with_options,
)
from dbdgan_tf.training.configuration import DistillRun

RECIPE = with_options(
    DistillRun(),
    {
        "data_dir": ("cuhk",), "adversarial_weight": 0.01, "distill_adversarial_weight": 0.03,
        "feature_weight": 0.2, "teacher": "cached", "teacher_weights": "teacher_best", "output_dir": "runs/a",
    },
)  # fmt: skip


def made(name, seed=1, **more):
    return configure(find_variants([name])[0], RECIPE, seed, **{"synthetic_dir": "synthetic", **more})


def options_of(config):
    groups = (getattr(config, group.name) for group in dataclasses.fields(config))
    return {key: value for group in groups for key, value in dataclasses.asdict(group).items()}


def test_weights_of_every_variant():
    weights = {v.name: [getattr(made(v.name).losses, term) for term in TERMS] for v in VARIANTS}
    everything = [0.01, 1.0, 0.0, 0.03]
    assert weights == {
        "content": [0, 0, 0, 0],
        "adversarial": [0.01, 0, 0, 0],
        "consistency": [0.01, 1.0, 0, 0],
        "feature": [0.01, 1.0, 0.2, 0],
        "d3": everything,
        "synthetic": everything,
        "strong_augmentation": everything,
        "focus_iou": everything,
        "conv_decoder": everything,
        "light_iou": everything,
    }
    assert made("synthetic").data.data_dir == ("cuhk", "synthetic")
    assert made("d3").data.data_dir == ("cuhk",)


def test_one_thing_changes_at_a_time():
    expected = {
        "adversarial": {"adversarial_weight"},
        "consistency": {"consistency_weight"},
        "feature": {"feature_weight", "teacher"},
        "d3": {"distill_adversarial_weight"},
        "synthetic": {"data_dir"},
        "strong_augmentation": {"augment_zoom", "augment_shift"},
        "focus_iou": {"iou_weight", "focus_iou_weight"},
        "conv_decoder": {"student_decoder"},
        "light_iou": {"iou_weight"},
    }
    for variant in VARIANTS[1:]:
        own, other = options_of(made(variant.name)), options_of(made(variant.over))
        assert {key for key in own if own[key] != other[key]} - {"output_dir"} == expected[variant.name]


def test_seed_and_folder():
    config = made("d3", seed=7)
    assert (config.run.seed, config.run.output_dir) == (7, "runs/a/d3/seed7")


@pytest.mark.parametrize("name", [variant.name for variant in VARIANTS])
def test_flags_of_a_run_are_read_back(name):
    config = with_options(made(name), {"image_size": (64, 96), "tensorboard": False, "resume": True})
    values = absl_flags.FlagValues()
    flags.define(DistillRun, values)
    values(["program", *as_flags(config)])
    assert flags.read(DistillRun, values) == config


@pytest.mark.parametrize(
    ("name", "changes", "match"),
    [
        ("d3", {"distill_adversarial_weight": 0.0}, "0 for --distill_adversarial_weight"),
        ("feature", {"teacher_weights": ""}, "--teacher_weights=''"),
    ],
)
def test_a_recipe_that_lacks_something(name, changes, match):
    with pytest.raises(ValueError, match=match):
        configure(find_variants([name])[0], with_options(RECIPE, changes), 1)


def test_what_is_missing_or_unknown_is_named():
    with pytest.raises(ValueError, match="--synthetic_dir=''"):
        made("synthetic", synthetic_dir="")
    with pytest.raises(ValueError, match=r"Received: \['d4'\]. Allowed: content, adversarial"):
        find_variants(["d3", "d4"])
    with pytest.raises(ValueError, match=r"Received: \['zoom'\]"):
        with_options(RECIPE, {"zoom": 1})
