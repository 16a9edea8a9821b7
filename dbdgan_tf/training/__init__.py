"""Training: the distillation GAN, its optimizers, checkpoints and runs."""

from dbdgan_tf.training.distillation_gan import DistillationGAN
from dbdgan_tf.training.optimizers import OptimizerGroup, make_optimizer

__all__ = ["DistillationGAN", "OptimizerGroup", "make_optimizer"]
