"""The description inside a .tflite file."""

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from dbdgan_tf.model_file.metadata import (
    MetadataError,
    ModelMetadata,
    embed_metadata,
    read_file_metadata,
    read_metadata,
)


@pytest.fixture
def about():
    scaling = {"input_mean": (1, 2, 3), "input_std": (4, 5, 6)}
    return ModelMetadata("x", **scaling, polarity="focus", metrics={"max_f": 0.9})


def test_json_round_trip(about):
    assert ModelMetadata.from_json(about.to_json()) == about
    assert about.input_mean == (1.0, 2.0, 3.0)


def test_keys_of_newer_versions_are_left_out(about):
    text = about.to_json().replace('"name"', '"colour": "red", "name"')
    assert ModelMetadata.from_json(text) == about


def test_embedded_and_read_back(flat_models, about, tmp_path):
    content = embed_metadata(flat_models.grey_model(metadata=False), about)
    (tmp_path / "m.tflite").write_bytes(content)
    assert read_metadata(content) == about
    assert read_file_metadata(tmp_path / "m.tflite") == about


def test_embedding_again_replaces(flat_models, about):
    once = embed_metadata(flat_models.grey_model(metadata=False), about)
    twice = embed_metadata(once, ModelMetadata("y"))
    assert read_metadata(twice).name == "y"
    assert schema.Model.GetRootAs(twice).MetadataLength() == 1


def test_buffers_lie_at_multiples_of_16(flat_models, about):
    content = embed_metadata(flat_models.grey_model(metadata=False), about)
    start = np.frombuffer(content, np.uint8).ctypes.data
    root = schema.Model.GetRootAs(content)
    buffers = [root.Buffers(index) for index in range(root.BuffersLength())]
    offsets = [buffer.DataAsNumpy().ctypes.data - start for buffer in buffers if buffer.DataLength()]
    assert len(offsets) == 3
    assert [offset % 16 for offset in offsets] == [0, 0, 0]


def test_errors(flat_models, tmp_path):
    with pytest.raises(MetadataError, match="no 'dbdgan_tf' metadata"):
        read_metadata(flat_models.grey_model(metadata=False))
    with pytest.raises(MetadataError, match="not a .tflite"):
        read_metadata(b"\x89PNG" + bytes(50))
    with pytest.raises(MetadataError, match="polarity"):
        ModelMetadata("x", polarity="sharp")
    with pytest.raises(MetadataError, match="input_std must be positive"):
        ModelMetadata("x", input_std=(1, 0, 1))
    with pytest.raises(MetadataError, match="three"):
        ModelMetadata("x", input_mean=(1, 2))
    with pytest.raises(MetadataError, match="cannot be read"):
        ModelMetadata.from_json("[1]")
    (tmp_path / "empty.tflite").touch()
    with pytest.raises(MetadataError, match="empty"):
        read_file_metadata(tmp_path / "empty.tflite")
