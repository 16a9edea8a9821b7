"""The two kinds of run, as configurations that command-line flags or a notebook fill."""

import dataclasses

from dbdgan_tf.training import options


@dataclasses.dataclass(frozen=True)
class TeacherRun:
    """A teacher trained alone, against D1."""

    data: options.DataOptions = options.DataOptions()
    losses: options.LossOptions = options.LossOptions()
    optimizer: options.OptimizerOptions = options.OptimizerOptions()
    teacher: options.TeacherOptions = options.TeacherOptions()
    discriminator: options.DiscriminatorOptions = options.DiscriminatorOptions()
    run: options.RunOptions = options.RunOptions()


@dataclasses.dataclass(frozen=True)
class DistillRun:
    """A student trained with a teacher, against D2 and D3 (and D1 where the teacher trains too)."""

    data: options.DataOptions = options.DataOptions()
    losses: options.LossOptions = options.LossOptions()
    optimizer: options.OptimizerOptions = options.OptimizerOptions()
    student: options.StudentOptions = options.StudentOptions()
    teacher: options.TeacherOptions = options.TeacherOptions()
    distill: options.DistillOptions = options.DistillOptions()
    discriminator: options.DiscriminatorOptions = options.DiscriminatorOptions()
    run: options.RunOptions = options.RunOptions()


def to_dict(config):
    """A run's configuration as JSON types."""
    return dataclasses.asdict(config)
