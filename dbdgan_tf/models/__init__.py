"""Networks: the student, the teacher, the discriminators, their encoders and layers.

Names are imported when first used, so that one network's needs are not everybody's.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "discriminator": ["DiscriminatorConfig", "build_discriminator"],
        "encoders": ["ENCODERS", "build_encoder"],
        "scaling": ["InputScaling"],
        "serialization": ["load_network", "save_network"],
        "student": ["STUDENT_TAPS", "StudentConfig", "build_student"],
        "teacher": ["TeacherConfig", "build_teacher"],
        "weights.by_name": ["copy_weights"],
        "weights.torch_file": ["read_torch_file"],
    },
)
