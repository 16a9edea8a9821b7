"""The import_official command, in process."""

import functools

import keras
import numpy as np
import pytest

from dbdgan_tf.command import flags
from dbdgan_tf.models.serialization import load_network, read_network_json
from trainers import import_official

parse = functools.partial(flags.parse, import_official.ImportConfig)


def test_student_file_becomes_a_network_with_the_same_maps(official_network, write_torch_file, tmp_path):
    official, images, maps = official_network("student")
    state = {**official, "module.extra.weight": np.zeros(3, "float32")}
    write_torch_file(tmp_path / "student.pth", {"model_state_dict": state, "epoch": 7})

    arguments = ("--network=student", f"--checkpoint={tmp_path}/student.pth", f"--output={tmp_path}/out/ours")
    path, report = import_official.run(parse(*arguments, f"--image_size={images.shape[1]}"))

    assert report.unused == ("extra.weight",)
    about = {"source": "student.pth", "used_tensors": len(official), "unused_tensors": ["extra.weight"]}
    assert read_network_json(path)["metadata"] == about
    model, _ = load_network(path)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(model(images)), maps, rtol=0, atol=1e-5)


@pytest.mark.parametrize("network", import_official.NETWORKS)
def test_a_file_that_is_no_checkpoint_is_refused(network, tmp_path):
    (tmp_path / "bad.pth").write_bytes(b"not a checkpoint")
    config = parse(f"--network={network}", f"--checkpoint={tmp_path}/bad.pth", f"--output={tmp_path}/out")
    assert config.image_size == 320
    with pytest.raises(ValueError, match="bad.pth"):
        import_official.run(config)
    assert not list(tmp_path.glob("out*"))
