"""The official student (EfficientUnet over EfficientNet-B3) as a `decoder="paper"` student of ours."""

from dbdgan_tf.models.encoders.efficientnet import architecture_of, block_names
from dbdgan_tf.models.student import StudentConfig, build_student
from dbdgan_tf.models.weights.torch_state import TRANSPOSED_CONV, StateReader, mbconv_block
from dbdgan_tf.official.mapping import build_with, unwrap_state_dict

# official stage suffix -> stride of our stage
DECODER_STAGES = {"1": 16, "2": 8, "3": 4, "4": 2, "_input": 1}
# It was trained on pixels in 0..1, without normalisation.
OFFICIAL_STUDENT = StudentConfig(encoder="efficientnet_b3", decoder="paper", scaling="unit")


def _decoder_stage(reader, suffix, stride, table):
    name, convs = f"decoder_s{stride}", f"double_conv{suffix}"
    table[f"{name}_up"] = reader.conv(f"up_conv{suffix}", TRANSPOSED_CONV)
    table[f"{name}_conv1"] = reader.conv(f"{convs}.0")
    table[f"{name}_bn1"] = reader.norm(f"{convs}.1")
    table[f"{name}_conv2"] = reader.conv(f"{convs}.3")
    table[f"{name}_bn2"] = reader.norm(f"{convs}.4")


def student_table(checkpoint, encoder="efficientnet_b3"):
    """An official student checkpoint by our layer names, and a `MappingReport`."""
    reader = StateReader(unwrap_state_dict(checkpoint))
    table = {
        "stem_conv": reader.conv("encoder.stem_conv"),
        "stem_bn": reader.norm("encoder.stem_batch_norm"),
        "top_conv": reader.conv("encoder.head_conv"),
        "top_bn": reader.norm("encoder.head_batch_norm"),
        "logits": reader.conv("final_conv"),
    }
    for index, block in enumerate(block_names(architecture_of(encoder))):
        table.update(mbconv_block(reader, f"encoder.blocks.{index}", block))
    for suffix, stride in DECODER_STAGES.items():
        _decoder_stage(reader, suffix, stride, table)
    return table, reader.report()


def load_official_student(source, config=OFFICIAL_STUDENT, image_size=None, **build_arguments):
    """Builds our student with an official checkpoint's weights.

    Args:
      source: the path of a .pth file, or a checkpoint already read (dict of tensors or arrays).
      config: a `StudentConfig` with `decoder="paper"` over an EfficientNet.
      image_size: (height, width), the config's if None.
      **build_arguments: passed on to `build_student`, such as `batch_size=1`.

    Returns:
      A triple: the model, its config and a `MappingReport` that lists the official tensors without a use.

    Raises:
      ValueError: if the checkpoint does not fit.
    """
    return build_with(source, student_table, build_student, config, image_size, **build_arguments)
