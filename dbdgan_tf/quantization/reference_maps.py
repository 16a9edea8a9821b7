"""The maps of a quantize-aware student, as `dbdgan verify` compares a file with; a process of its own.

tfmot and tf_keras change the process that imports them. Maps come back beside REQUEST.json: 0.npy, 1.npy, ...
"""

import json
import sys
import tempfile
from pathlib import Path

import numpy as np

from dbdgan_tf.command.child import run_module


def is_qat_checkpoint(path):
    """Whether PREFIX.json names a quantize-aware student; looks into that file alone."""
    from dbdgan_tf.models.serialization import network_files

    try:
        return json.loads(network_files(path)[1].read_text(encoding="utf-8"))["kind"] == "qat_student"
    except (OSError, ValueError, KeyError, TypeError):
        return False


def reference_maps(checkpoint, image_size, photos):
    """Maps of photographs at their own sizes, as int8 arithmetic gives them, simulated; or a RuntimeError."""
    request = [str(checkpoint), list(map(int, image_size)), *map(str, photos)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "request.json"
        path.write_text(json.dumps(request), encoding="utf-8")
        run_module("dbdgan_tf.quantization.reference_maps", path)
        return [np.load(path.with_name(f"{index}.npy")) for index in range(len(photos))]


def answer(request_path):
    from dbdgan_tf.evaluation import network_predictor
    from dbdgan_tf.photo import read_image
    from dbdgan_tf.quantization.saving import load_qat_student

    checkpoint, image_size, *photos = json.loads(Path(request_path).read_text(encoding="utf-8"))
    student, config = load_qat_student(checkpoint, image_size=image_size)
    predictor = network_predictor(student, config.image_size, config.input_scaling)
    for index, photo in enumerate(photos):
        np.save(Path(request_path).with_name(f"{index}.npy"), predictor(read_image(photo)))


if __name__ == "__main__":
    answer(sys.argv[1])
