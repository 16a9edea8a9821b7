"""What a training run can be told, as frozen dataclasses; the command-line flags are made from them."""

import dataclasses
from pathlib import Path

from dbdgan_tf.command.options import option

TEACHER_MODES = ("joint", "frozen", "cached", "none")


@dataclasses.dataclass(frozen=True)
class DataOptions:
    """Where the photographs are and how they are fed."""

    data_dir: tuple = option((), "Datasets with masks: ROOT/{train,test}/{images,masks}, or as published.")
    data_shares: tuple = option((), "Whole numbers: the share of each --data_dir, then --unlabelled_dir.")
    soft_masks: bool = option(False, "Masks may hold levels beside 0, 128 (ignored), 255: degrees of blur.")
    fold: int = option(0, "With --folds: the fold that is left out, from 0 on.")
    folds: int = option(0, "Divide the training photographs by scene into so many folds; 0: train on all.")
    unlabelled_dir: tuple = option((), "Folders of photographs without masks, for distillation only.")
    unlabelled_list: str = option("", "Text file of the stems used of unlabelled_dir, one a line; else all.")
    sharp_list: str = option("", "Text file of stems of unlabelled_dir known to be in focus all over.")
    mask_polarity: str = option("auto", "What white means in the masks.", ("auto", "blur", "focus"))
    on_bad_data: str = option("error", "Stop on bad files, or leave them out and say so.", ("error", "skip"))
    image_size: tuple[int, int] = option((320, 320), "Height and width in pixels, multiples of 32.")
    batch_size: int = option(4, "Images per step.")
    cache: bool = option(True, "Keep decoded images in memory.")
    augment: bool = option(True, "Random flips, crops and colours in every step.")
    augment_affine: float = option(0.15, "Share of images turned, zoomed and shifted, which softens them.")
    augment_zoom: float = option(1.25, "Largest random magnification; 1 over it is the smallest.")
    augment_shift: float = option(0.08, "Largest random shift, as a fraction of the side.")
    augment_colour: float = option(0.8, "Share of images whose colours change.")
    smallest_crop: float = option(0.6, "Smallest share of a side that random crops keep; 1: no crops.")
    workers: int = option(2, "Threads that load images.")
    validation_list: str = option("", "Text file of the stems held out for validation, one a line.")
    validation_fraction: float = option(0.1, "Share of the training images held out if no list is given.")
    uniform_dir: str = option("", "Folder of sharp photographs for --uniform_list.")
    uniform_list: str = option("", "Text file of 'sharp STEM' and 'blurred STEM': scenes to validate on.")


@dataclasses.dataclass(frozen=True)
class MapLossOptions:
    """The weight of every loss term of the student's or teacher's map; 0 switches the term off."""

    bce_weight: float = option(1.0, "Binary cross-entropy to the ground truth.")
    iou_weight: float = option(1.0, "Soft IoU to the ground truth.")
    focus_iou_weight: float = option(0.0, "Soft IoU of the in-focus class alone.")
    ssim_weight: float = option(0.0, "Structural similarity to the ground truth.")
    edge_weight: float = option(0.5, "Sobel edge difference to the ground truth.")
    consistency_weight: float = option(1.0, "L1 of the student's map to the teacher's.")


@dataclasses.dataclass(frozen=True)
class LossOptions(MapLossOptions):
    """The weight of every loss term; 0 switches the term and its network off."""

    adversarial_weight: float = option(0.02, "D1 and D2: maps against the ground truth.")
    distill_adversarial_weight: float = option(0.02, "D3: the student's map against the teacher's.")
    feature_weight: float = option(0.0, "Feature constraint between teacher and student.")
    feature_taps: tuple = option(("bottleneck", "decoder_s8"), "Layers compared by the feature constraint.")
    adversarial_loss: str = option("ralsgan", "Form of the adversarial terms.", ("ralsgan", "lsgan"))
    adversarial_warmup_steps: int = option(500, "Steps over which the adversarial weights grow from 0.")


@dataclasses.dataclass(frozen=True)
class OptimizerOptions:
    """How weights move."""

    generator_lr: float = option(3e-4, "Peak learning rate of teacher and student.")
    encoder_lr_fraction: float = option(1.0, "Share of that rate for the encoders of teacher and student.")
    freeze_encoder_norms: bool = option(False, "Keep the batch statistics and scales of pretrained encoders.")
    discriminator_lr: float = option(4e-4, "Peak learning rate of the discriminators.")
    final_lr_fraction: float = option(0.02, "Share of the peak rate left at the end of the cosine.")
    warmup_steps: int = option(200, "Steps of linear warm-up.")
    weight_decay: float = option(1e-4, "Decoupled weight decay of teacher and student.")
    clip_norm: float = option(5.0, "Global gradient norm per network; 0 for no clipping.")
    ema_momentum: float = option(0.995, "Momentum of the averaged weights, which are exported; 0: none.")


@dataclasses.dataclass(frozen=True)
class StudentOptions:
    """Which student."""

    student_encoder: str = option("efficientnet_b3", "Encoder of the student.")
    student_decoder: str = option("mobile", "Decoder of the student.", ("mobile", "conv", "paper"))
    student_weights: str = option("", "'imagenet', a saved student, a saved teacher's encoder, or none.")


@dataclasses.dataclass(frozen=True)
class TeacherOptions:
    """Which teacher."""

    teacher_encoder: str = option("se_resnext101", "Encoder of the teacher.")
    teacher_size: str = option("full", "The paper's widths, or widths a CPU can train.", ("full", "light"))
    teacher_weights: str = option("", "'imagenet', 'hed' (VGG16 of edge detection), a saved one, or none.")


@dataclasses.dataclass(frozen=True)
class DistillOptions:
    """Where the teacher's maps come from."""

    teacher: str = option("joint", "Train it too, only run it, read its maps, or do without.", TEACHER_MODES)
    teacher_maps_dir: str = option("", "Maps written by trainers.predict, for --teacher=cached.")
    missing_teacher_maps: str = option("error", "Stop, or let exact masks stand for them.", ("error", "mask"))


@dataclasses.dataclass(frozen=True)
class DiscriminatorOptions:
    """Which discriminators."""

    discriminator: str = option("unet", "Judge every pixel and the whole map, or patches.", ("unet", "patch"))
    discriminator_channels: int = option(16, "Channels of the discriminators' first convolution.")


@dataclasses.dataclass(frozen=True)
class RunOptions:
    """How long, from which seed, and where the results go."""

    output_dir: str = option("runs/latest", "Folder of checkpoints, logs and configuration.")
    epochs: int = option(20, "Epochs of the whole run.")
    steps_per_epoch: int = option(0, "Steps per epoch; 0 for one pass over the training images.")
    max_minutes: float = option(0.0, "Stop after the epoch that would pass this time; 0 for no limit.")
    fit_minutes: float = option(0.0, "Minutes of the whole run, over which rates fall; 0: over the epochs.")
    report_speed: bool = option(
        False, "Print images/s, the share of time that steps wait for data, peak memory; once."
    )
    seed: int = option(1, "Seed of weights, shuffling, augmentation and dropout.")
    resume: bool = option(False, "Go on from the checkpoint in output_dir.")
    overwrite: bool = option(False, "Start anew although output_dir holds a checkpoint.")
    precision: str = option("float32", "Arithmetic of the networks.", ("float32", "mixed_bfloat16"))
    validate_every: int = option(1, "Epochs between validations and checkpoints.")
    tensorboard: bool = option(True, "Write scalars and image grids for TensorBoard.")


@dataclasses.dataclass(frozen=True)
class DistributionOptions:
    """On which devices and in which processes; more than one with KERAS_BACKEND=jax alone."""

    devices: int = option(1, "Devices of each process, among which a batch is divided; 0: all.", at_least=0)
    coordinator: str = option("", "HOST:PORT of process 0; 'auto': what the cluster tells (as Slurm's).")
    processes: int = option(1, "Processes of the run, with --coordinator=HOST:PORT.", at_least=1)
    process_index: int = option(0, "Which of them this is, from 0 on.", at_least=0)
    join_minutes: float = option(5.0, "How long the processes wait for each other at the start.")


@dataclasses.dataclass(frozen=True)
class TeacherRun:
    """A teacher trained alone, against D1."""

    data: DataOptions = DataOptions()
    losses: LossOptions = LossOptions()
    optimizer: OptimizerOptions = OptimizerOptions()
    teacher: TeacherOptions = TeacherOptions()
    discriminator: DiscriminatorOptions = DiscriminatorOptions()
    run: RunOptions = RunOptions()
    distribution: DistributionOptions = DistributionOptions()


@dataclasses.dataclass(frozen=True)
class DistillRun(TeacherRun):
    """A student trained with a teacher, against D2 and D3 (and D1 where the teacher trains too)."""

    student: StudentOptions = StudentOptions()
    distill: DistillOptions = DistillOptions()


def check_maps_dir(folder, otherwise):
    """The folder of a teacher's maps, if it is there; a ValueError that names what else is allowed."""
    if not Path(folder or "?").is_dir():
        raise ValueError(
            "The teacher's maps are needed; make them with python -m trainers.predict. "
            f"Received: --teacher_maps_dir={folder!r}. Allowed: a folder of <stem>.png, {otherwise}."
        )
    return folder
