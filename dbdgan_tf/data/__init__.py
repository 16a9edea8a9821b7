"""Data: published layouts, checks, batches, augmentation and synthetic defocus.

Names are loaded on first use, so that finding and checking files needs neither Keras nor TensorFlow.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "augmentation": ["AugmentationConfig", "BatchAugmentation"],
        "checking": ["BadDataError", "check_samples", "image_size"],
        "dataset": ["BlurDataset"],
        "layouts": ["Sample", "find_samples", "find_unlabelled"],
    },
)
