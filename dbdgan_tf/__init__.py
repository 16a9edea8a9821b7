"""Defocus blur detection for phones: train, distil, quantize and run.

Importing the package is cheap: neither TensorFlow nor Keras is loaded until a name that needs it is used.
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=(
        "batch conversion data evaluation inference losses model_file models official photo quantization "
        "sharpness training verification"
    ).split(),
    submod_attrs={
        "data.dataset": ["BlurDataset"],
        "data.layouts": ["find_samples"],
        "evaluation": ["evaluate"],
        "inference": ["BlurDetector", "BlurResult"],
        "models.discriminator": ["DiscriminatorConfig", "build_discriminator"],
        "models.serialization": ["load_network", "save_network"],
        "models.student": ["StudentConfig", "build_student"],
        "models.teacher": ["TeacherConfig", "build_teacher"],
        "photo": ["load_photo"],
        "sharpness": ["Score", "score"],
        "training": ["DistillationGAN"],
    },
)
