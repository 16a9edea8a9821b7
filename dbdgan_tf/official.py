"""The official PyTorch checkpoints of Distill-DBDGAN (EfficientUnet, SE-ResNeXt-101) on our networks."""

import dataclasses

import numpy as np

from dbdgan_tf.models.encoders.efficientnet import block_names
from dbdgan_tf.models.encoders.se_resnext import STAGE_CHANNELS
from dbdgan_tf.models.student import StudentConfig, build_student
from dbdgan_tf.models.teacher import TeacherConfig, build_teacher
from dbdgan_tf.models.weights.by_name import assign_weights
from dbdgan_tf.models.weights.torch_file import (
    TRANSPOSED_CONV,
    MappingReport,
    StateReader,
    mbconv_block,
    read_torch_file,
    se_resnext_table,
)

__all__ = ["MappingReport", "load_official_student", "load_official_teacher"]

# Both were trained on pixels in 0..1, without normalisation.
OFFICIAL_STUDENT = StudentConfig(encoder="efficientnet_b3", decoder="paper", scaling="unit")
OFFICIAL_TEACHER = TeacherConfig(encoder="se_resnext101", scaling="unit")
# official stage suffix -> stride of our stage
STUDENT_STAGES = {"1": 16, "2": 8, "3": 4, "4": 2, "_input": 1}
# official stage -> stride at which it convolves
TEACHER_STAGES = {"dec4": 16, "dec3": 8, "dec2": 4, "dec1": 2}
# official branch -> index of ours, whose dilations are 2, 4, 6, 8
ASPP_BRANCHES = ("ASPP_3", "ASPP_6", "ASPP_12", "ASPP_18")


def load_official_student(source, image_size=None, **build_arguments):
    """Builds our student with an official checkpoint's weights.

    Args:
      source: the path of a .pth file, or a checkpoint already read (dict of tensors or arrays).
      image_size: (height, width), (320, 320) if None.
      **build_arguments: passed on to `build_student`, such as `batch_size=1`.

    Returns:
      A triple: the model, its config and a `MappingReport` that lists the official tensors without a use.
    """
    return _build(source, _student_table, build_student, OFFICIAL_STUDENT, image_size, **build_arguments)


def load_official_teacher(source, image_size=None, **build_arguments):
    """As `load_official_student`, of the teacher; the arguments are passed on to `build_teacher`."""
    return _build(source, _teacher_table, build_teacher, OFFICIAL_TEACHER, image_size, **build_arguments)


def unwrap_state_dict(checkpoint):
    """The plain state dict (key -> array) inside a checkpoint, which may hold it under "model_state_dict".

    The "module." of DataParallel is taken from the keys.
    """
    for wrapper in ("model_state_dict", "state_dict"):
        if isinstance(checkpoint, dict) and wrapper in checkpoint:
            checkpoint = checkpoint[wrapper]
    if not isinstance(checkpoint, dict) or not checkpoint:
        raise ValueError(f"A checkpoint is a dict of tensors. Received: {type(checkpoint).__name__}.")
    return {key.removeprefix("module."): np.asarray(value) for key, value in checkpoint.items()}


def _build(source, read_table, build, config, image_size, **build_arguments):
    checkpoint = source if isinstance(source, dict) else read_torch_file(source)
    reader = StateReader(unwrap_state_dict(checkpoint))
    table = read_table(reader)
    config = dataclasses.replace(config, image_size=image_size or config.image_size)
    model = build(config, **build_arguments)
    assign_weights(model, table)
    return model, config, reader.report()


def _student_table(reader):
    table = {
        "stem_conv": reader.conv("encoder.stem_conv"),
        "stem_bn": reader.norm("encoder.stem_batch_norm"),
        "top_conv": reader.conv("encoder.head_conv"),
        "top_bn": reader.norm("encoder.head_batch_norm"),
        "logits": reader.conv("final_conv"),
    }
    for index, block in enumerate(block_names(OFFICIAL_STUDENT.encoder)):
        table.update(mbconv_block(reader, f"encoder.blocks.{index}", block))
    for suffix, stride in STUDENT_STAGES.items():
        name, convs = f"decoder_s{stride}", f"double_conv{suffix}"
        table[f"{name}_up"] = reader.conv(f"up_conv{suffix}", TRANSPOSED_CONV)
        table[f"{name}_conv1"] = reader.conv(f"{convs}.0")
        table[f"{name}_bn1"] = reader.norm(f"{convs}.1")
        table[f"{name}_conv2"] = reader.conv(f"{convs}.3")
        table[f"{name}_bn2"] = reader.norm(f"{convs}.4")
    return table


def _teacher_table(reader):
    # The stages are registered twice, as "encoder.layerN" and "convN"; the latter is what runs.
    stem = ("input_adjust.0", "input_adjust.1")
    table = {
        **se_resnext_table(reader, OFFICIAL_TEACHER.encoder, stem=stem, stage="conv"),
        "non_local": _non_local(reader, "SA2_Ex5"),
        "dense_aspp": _dense_aspp(reader),
        "head_conv": reader.conv("OUTMASK"),
    }
    for stage, stride in TEACHER_STAGES.items():
        table[f"decoder_s{stride}_conv"] = reader.conv(f"{stage}.upsample.0.conv.0")
        table[f"decoder_s{stride}_bn"] = reader.norm(f"{stage}.upsample.0.conv.1")
    kernel, *bias = table["decoder_s16_conv"]
    # The official bottleneck puts the DenseASPP first, ours the non-local block.
    table["decoder_s16_conv"] = [np.roll(kernel, STAGE_CHANNELS[-1], axis=2), *bias]
    return table


def _non_local(reader, key):
    convs = (reader.conv(f"{key}.{name}_conv") for name in ("query", "key", "value"))
    return [reader.tensor(f"{key}.gamma"), *(array for conv in convs for array in conv)]


def _dense_aspp(reader):
    arrays = []
    for index, branch in enumerate(ASPP_BRANCHES):
        key = f"denasppmodel.{branch}"
        if index > 0:
            arrays += reader.norm(f"{key}.norm1")
        arrays += reader.conv(f"{key}.conv1") + reader.norm(f"{key}.norm2") + reader.conv(f"{key}.conv2")
    return arrays
