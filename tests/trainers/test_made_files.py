import json

import keras
import numpy as np
import pytest

from dbdgan_tf.command import flags
from dbdgan_tf.data.checking import BadDataError
from dbdgan_tf.data.layouts import find_samples
from dbdgan_tf.models.serialization import load_network, read_network_json
from dbdgan_tf.photo import read_mask, write_image
from trainers import import_official, synthesize


def run_synthesize(*words):
    return synthesize.run(flags.parse(synthesize.SynthesizeConfig, *words))


def test_scenes_are_cut_from_listed_photographs_alone(tmp_path):
    noise = np.random.default_rng(0).integers(0, 30, (64, 64, 3)).astype(np.uint8)
    for name, level in (("dark", 20), ("bright", 200), ("dim", 20)):
        write_image(tmp_path / "photos" / f"{name}.png", noise + level)
    (tmp_path / "list.txt").write_text("# the dark ones\ndark\ndim\n")
    words = f"""--count=4 --test_count=1 --source_dir={tmp_path}/photos --source_list={tmp_path}/list.txt
        --image_size=48 --sharp_share=1 --workers=1 --noprogress""".split()
    made = [run_synthesize(f"--output_dir={tmp_path}/made", *words) for _ in range(2)]
    assert made == [True, False]
    samples = find_samples(tmp_path / "made")
    assert len(samples) == 4 and not any(read_mask(sample.mask, sample.polarity).any() for sample in samples)
    held_out = json.loads((tmp_path / "made/synthesis.json").read_text())["sources"]["test"]
    assert held_out in (["dark.png"], ["dim.png"])
    (tmp_path / "list.txt").write_text("absent\n")
    with pytest.raises(ValueError, match=r"Received: \['absent'\]"):
        run_synthesize(f"--output_dir={tmp_path}/other", *words)


def test_bad_sources_are_listed_and_regions_need_some(tmp_path):
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).write_text("no photograph")
    with pytest.raises(BadDataError, match="(?s)2 of 2 samples cannot be used.*a.jpg.*b.jpg"):
        run_synthesize("--output_dir=x", f"--source_dir={tmp_path}")
    with pytest.raises(ValueError, match="--regions_dir needs --source_dir"):
        run_synthesize("--output_dir=x", "--regions_dir=regions")


def test_student_file_becomes_a_network_with_the_same_maps(official_network, write_torch_file, tmp_path):
    official, images, maps = official_network("student")
    state = {**official, "module.extra.weight": np.zeros(3, "float32")}
    write_torch_file(tmp_path / "student.pth", {"model_state_dict": state, "epoch": 7})
    arguments = ("--network=student", f"--checkpoint={tmp_path}/student.pth", f"--output={tmp_path}/out/ours")
    arguments += (f"--image_size={images.shape[1]}",)
    path, report = import_official.run(flags.parse(import_official.ImportConfig, *arguments))
    assert report.unused == ("extra.weight",)
    about = {"source": "student.pth", "used_tensors": len(official), "unused_tensors": ["extra.weight"]}
    assert read_network_json(path)["metadata"] == about
    model, _ = load_network(path)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(model(images)), maps, rtol=0, atol=1e-5)


@pytest.mark.parametrize("network", import_official.NETWORKS)
def test_a_file_that_is_no_checkpoint_is_refused(network, tmp_path):
    (tmp_path / "bad.pth").write_bytes(b"not a checkpoint")
    words = f"--network={network} --checkpoint={tmp_path}/bad.pth --output={tmp_path}/out"
    config = flags.parse(import_official.ImportConfig, *words.split())
    assert config.image_size == 320
    with pytest.raises(ValueError, match="bad.pth"):
        import_official.run(config)
    assert not list(tmp_path.glob("out*"))
