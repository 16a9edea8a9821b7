"""What a quantization-aware fine-tuning can be told; the command-line flags are made from it."""

import dataclasses

from dbdgan_tf.command.options import option
from dbdgan_tf.training.options import DataOptions, MapLossOptions, RunOptions, check_maps_dir


@dataclasses.dataclass(frozen=True)
class QatOptions:
    student_checkpoint: str = option("", "PREFIX of the trained student, as trainers.distill saves it.")
    teacher_maps_dir: str = option("", "Maps of the teacher by trainers.predict, for the consistency term.")
    learning_rate: float = option(5e-5, "Peak learning rate.")
    warmup_steps: int = option(50, "Steps of linear warm-up.")
    final_lr_fraction: float = option(0.02, "Share of the peak rate left at the end of the cosine.")
    clip_norm: float = option(5.0, "Global gradient norm; 0 for no clipping.")
    freeze_norms_after: float = option(0.3, "Share before batch norms freeze.", at_least=0.0, at_most=1.0)
    calibration_images: int = option(100, "Training images that seed ranges and calibrate PTQ.", at_least=1)
    equalize: bool = option(True, "Give all channels of a depthwise kernel one range before training.")
    pick: str = option("best", "Which int8 file to keep; none: compare not.", ("best", "qat", "ptq", "none"))


@dataclasses.dataclass(frozen=True)
class QatRun:
    """A student fine-tuned for int8."""

    data: DataOptions = DataOptions()
    losses: MapLossOptions = MapLossOptions()
    qat: QatOptions = QatOptions()
    run: RunOptions = RunOptions()


def check_options(config):
    """Refuses a run that cannot give what it promises; a ValueError naming the flag."""
    if not config.qat.student_checkpoint:
        raise ValueError("There is no student to fine-tune. Received: --student_checkpoint=''.")
    if config.losses.consistency_weight:
        check_maps_dir(config.qat.teacher_maps_dir, "--consistency_weight=0")
    if config.run.precision != "float32":
        raise ValueError(f"Quantizers work in float32. Received: --precision={config.run.precision}.")
