"""The official teacher (SE-ResNeXt-101 32x4d, self-attention, DenseASPP) as a teacher of ours."""

import numpy as np

from dbdgan_tf.models.encoders.se_resnext import STAGE_CHANNELS
from dbdgan_tf.models.teacher import TeacherConfig, build_teacher
from dbdgan_tf.models.weights.torch_state import StateReader, se_resnext_table
from dbdgan_tf.official.mapping import build_with, unwrap_state_dict

# It was trained on pixels in 0..1, without normalisation.
OFFICIAL_TEACHER = TeacherConfig(encoder="se_resnext101", scaling="unit")
# official branch -> index of ours, whose dilations are 2, 4, 6, 8
ASPP_BRANCHES = ("ASPP_3", "ASPP_6", "ASPP_12", "ASPP_18")
# official stage -> stride at which it convolves
DECODER_STAGES = {"dec4": 16, "dec3": 8, "dec2": 4, "dec1": 2}


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


def teacher_table(checkpoint, encoder="se_resnext101"):
    """An official teacher checkpoint by our layer names, and a `MappingReport`."""
    reader = StateReader(unwrap_state_dict(checkpoint))
    # The stages are registered twice, as "encoder.layerN" and "convN"; the latter is what runs.
    table = {
        **se_resnext_table(reader, encoder, stem=("input_adjust.0", "input_adjust.1"), stage="conv"),
        "non_local": _non_local(reader, "SA2_Ex5"),
        "dense_aspp": _dense_aspp(reader),
        "head_conv": reader.conv("OUTMASK"),
    }
    for stage, stride in DECODER_STAGES.items():
        table[f"decoder_s{stride}_conv"] = reader.conv(f"{stage}.upsample.0.conv.0")
        table[f"decoder_s{stride}_bn"] = reader.norm(f"{stage}.upsample.0.conv.1")
    kernel, *bias = table["decoder_s16_conv"]
    # The official bottleneck puts the DenseASPP first, ours the non-local block.
    table["decoder_s16_conv"] = [np.roll(kernel, STAGE_CHANNELS[-1], axis=2), *bias]
    return table, reader.report()


def load_official_teacher(source, config=OFFICIAL_TEACHER, image_size=None, **build_arguments):
    """Builds our teacher with an official checkpoint's weights; returns as `load_official_student`.

    Args:
      source: the path of a .pth file, or a checkpoint already read.
      config: a `TeacherConfig` over an SE-ResNeXt, with the official widths.
      image_size: (height, width), the config's if None.
      **build_arguments: passed on to `build_teacher`, such as `batch_size=1`.
    """
    return build_with(source, teacher_table, build_teacher, config, image_size, **build_arguments)
