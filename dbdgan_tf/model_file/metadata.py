"""What a .tflite file says about itself: one JSON text inside the flatbuffer, under the name "dbdgan_tf".

TensorFlow Lite keeps named buffers beside the graph (`Model.metadata`); runtimes ignore names that they do
not know, so the file stays an ordinary model. Reading needs the flatbuffer schema only.
"""

import dataclasses
import hashlib
import json
from pathlib import Path

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

METADATA_NAME = "dbdgan_tf"
FORMAT_VERSION = 1
FILE_IDENTIFIER = b"TFL3"


class _Builder(flatbuffers.Builder):
    """Puts bytes at multiples of 16, as the schema demands of buffers; the generated code forgets to."""

    def StartVector(self, item_size, count, alignment):
        return super().StartVector(item_size, count, 16 if item_size == 1 else alignment)


class MetadataError(ValueError):
    """A model file holds no usable description of itself."""


@dataclasses.dataclass(frozen=True)
class ModelMetadata:
    """How to feed a model and how to read its answer.

    Attributes:
        input_mean: Three numbers in 0..255 units, one for each of R, G, B.
        input_std: Likewise; the graph's real-valued input is (pixel - mean) / std.
        input_layout: What the app passes: "raw uint8 RGB" (0..255, scaling absorbed) or "scaled float32 RGB".
        polarity: What 1.0 means: "blur" or "focus".
        temperature: sigmoid(logit(output) / temperature) is the calibrated probability; above 1 where the
            output is too sure.
        variant: "float32", "float16", "dynamic", "int8" or "qat_int8".
        licence: Of the weights.
        version: Of the library that wrote the file.
        source_checksum: "sha256:..." of the source weights; empty if unknown.
        recipe: How the file was converted, and how the weights were trained.
        metrics: Name -> value on a named split.
        placeholder: True for weights that only show the way (quickstart), not meant for use.
    """

    name: str
    description: str = "Defocus blur map of a photograph"
    input_mean: tuple = (0.0, 0.0, 0.0)
    input_std: tuple = (255.0, 255.0, 255.0)
    input_layout: str = "scaled float32 RGB"
    output_meaning: str = "probability in 0..1 that the pixel is out of focus"
    polarity: str = "blur"
    temperature: float = 1.0
    variant: str = "float32"
    licence: str = "MIT"
    version: str = ""
    source_checksum: str = ""
    recipe: dict = dataclasses.field(default_factory=dict)
    metrics: dict = dataclasses.field(default_factory=dict)
    placeholder: bool = False
    format_version: int = FORMAT_VERSION

    def __post_init__(self):
        for field in ("input_mean", "input_std"):
            values = tuple(float(value) for value in getattr(self, field))
            if len(values) != 3 or not np.all(np.isfinite(values)):
                raise MetadataError(f"{field} must be three finite numbers (R, G, B). Received: {values}.")
            object.__setattr__(self, field, values)
        if min(self.input_std) <= 0:
            raise MetadataError(f"input_std must be positive. Received: {self.input_std}.")
        number = isinstance(self.temperature, (int, float)) and not isinstance(self.temperature, bool)
        if not (number and 0.1 <= self.temperature <= 10):
            raise MetadataError(f"temperature is a number from 0.1 to 10. Received: {self.temperature!r}.")
        if self.polarity not in ("blur", "focus"):
            raise MetadataError(f"Unknown polarity. Received: {self.polarity!r}. Allowed: blur, focus.")

    def to_json(self):
        return json.dumps(dataclasses.asdict(self), indent=1, sort_keys=True)

    @classmethod
    def from_json(cls, text):
        """Reads `to_json`'s text or its bytes, else a MetadataError; keys of newer versions are left out."""
        try:
            values = json.loads(text)
            known = {field.name for field in dataclasses.fields(cls)}
            return cls(**{key: value for key, value in values.items() if key in known})
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            raise MetadataError(f"The model's embedded description cannot be read: {error}") from error


def weights_checksum(path):
    """The `source_checksum` of a file of weights."""
    return "sha256:" + hashlib.sha256(Path(path).read_bytes()).hexdigest()


def read_metadata(model):
    """The `ModelMetadata` in the content (bytes) of a .tflite file; a MetadataError if there is none."""
    check_identifier(model)
    root = schema.Model.GetRootAs(model)
    for index in range(root.MetadataLength()):
        entry = root.Metadata(index)
        if entry.Name() == METADATA_NAME.encode():
            return ModelMetadata.from_json(bytes(root.Buffers(entry.Buffer()).DataAsNumpy()))
    raise MetadataError(
        "The model does not say how to feed it: it holds no 'dbdgan_tf' metadata. Write it with "
        "`dbdgan convert`, or pass metadata=ModelMetadata(...)."
    )


def embed_metadata(model, metadata):
    """The content (bytes) of a .tflite file with a `ModelMetadata` added, in place of an older one."""
    tree = unpack_model(model)
    payload = schema.BufferT()
    payload.data = np.frombuffer(metadata.to_json().encode(), np.uint8)
    entries = list(tree.metadata or [])
    old = next((entry for entry in entries if entry.name == METADATA_NAME.encode()), None)
    if old is not None:
        tree.buffers[old.buffer] = payload
    else:
        entry = schema.MetadataT()
        entry.name, entry.buffer = METADATA_NAME, len(tree.buffers)
        tree.buffers.append(payload)
        tree.metadata = [*entries, entry]
    tree.description = metadata.description
    return pack_model(tree)


def unpack_model(model):
    """Parses the content of a .tflite file into a `schema.ModelT` that holds all its buffers.

    Some writers (litert-quantizer) put the weights behind the flatbuffer and store offsets; these are read.
    """
    check_identifier(model)
    tree = schema.ModelT.InitFromPackedBuf(model, 0)
    for buffer in tree.buffers:
        # 0 means absent; 1 is the schema's mark for "to be filled in".
        if buffer.offset > 1:
            buffer.data = np.frombuffer(model, np.uint8, buffer.size, buffer.offset)
            buffer.offset = buffer.size = 0
    return tree


def pack_model(tree):
    builder = _Builder(1024)
    builder.Finish(tree.Pack(builder), FILE_IDENTIFIER)
    return bytes(builder.Output())


def check_identifier(model):
    if len(model) < 16 or bytes(model[4:8]) != FILE_IDENTIFIER:
        raise MetadataError(
            f"This is not a .tflite file. Received: {len(model)} bytes that begin {bytes(model[:8])!r}. "
            "Allowed: a flatbuffer with the identifier TFL3."
        )
