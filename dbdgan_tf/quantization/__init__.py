"""Quantization-aware fine-tuning of a trained student.

TensorFlow Model Optimization works on tf_keras alone, so this is the one package that imports either; use
it in a process of its own. Importing the package itself loads nothing.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "options": ["QatRun"],
        "qat_student": ["build_qat_student"],
        "runner": ["run_qat"],
        "saving": ["load_network_for_conversion", "load_qat_student", "save_qat_student"],
    },
)
