"""Training: the distillation GAN, its optimizers, checkpoints and runs."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "distillation_gan": ["DistillationGAN"],
        "optimizers": ["OptimizerGroup", "make_optimizer"],
    },
)
