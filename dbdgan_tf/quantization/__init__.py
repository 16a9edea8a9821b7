"""Quantization-aware fine-tuning: the one package that imports tfmot and tf_keras, not before its use."""

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
