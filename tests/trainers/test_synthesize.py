import functools
import json

import numpy as np
import pytest
from absl import flags as absl_flags

from dbdgan_tf.command import flags
from dbdgan_tf.data.checking import BadDataError
from dbdgan_tf.data.layouts import find_samples
from dbdgan_tf.photo import read_mask, write_image
from trainers import synthesize

parse = functools.partial(flags.parse, synthesize.SynthesizeConfig)


def test_flags_become_a_config():
    config = parse("--output_dir=out", "--count=7", "--image_size=64,96", "--seed=3", "--nosoft_mask")
    assert config == synthesize.SynthesizeConfig("out", count=7, image_size=(64, 96), seed=3)
    assert parse("--output_dir=out", "--image_size=64").image_size == (64, 64)
    with pytest.raises(absl_flags.ValidationError, match="Received: .*Allowed: 320 or 320,480"):
        parse("--output_dir=out", "--image_size=8")


def test_scenes_are_cut_from_listed_photographs_alone(tmp_path):
    noise = np.random.default_rng(0).integers(0, 30, (64, 64, 3)).astype(np.uint8)
    for name, level in (("dark", 20), ("bright", 200), ("dim", 20)):
        write_image(tmp_path / "photos" / f"{name}.png", noise + level)
    (tmp_path / "list.txt").write_text("# the dark ones\ndark\ndim\n")
    words = f"""--count=4 --test_count=1 --source_dir={tmp_path}/photos --source_list={tmp_path}/list.txt
        --image_size=48 --sharp_share=1 --workers=1 --noprogress""".split()
    made = [synthesize.run(parse(f"--output_dir={tmp_path}/made", *words)) for _ in range(2)]
    assert made == [True, False]
    samples = find_samples(tmp_path / "made")
    assert len(samples) == 4 and not any(read_mask(sample.mask, sample.polarity).any() for sample in samples)
    held_out = json.loads((tmp_path / "made/synthesis.json").read_text())["sources"]["test"]
    assert held_out in (["dark.png"], ["dim.png"])
    (tmp_path / "list.txt").write_text("absent\n")
    with pytest.raises(ValueError, match=r"Received: \['absent'\]"):
        synthesize.run(parse(f"--output_dir={tmp_path}/other", *words))


def test_bad_sources_are_listed_and_regions_need_some(tmp_path):
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).write_text("no photograph")
    with pytest.raises(BadDataError, match="(?s)2 of 2 samples cannot be used.*a.jpg.*b.jpg"):
        synthesize.run(parse("--output_dir=x", f"--source_dir={tmp_path}"))
    with pytest.raises(ValueError, match="--regions_dir needs --source_dir"):
        synthesize.run(parse("--output_dir=x", "--regions_dir=regions"))
