"""Whether a .tflite file keeps what it promises: against its student, in time, in size, by operator."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "checks": ["Budget", "MapReport", "StructureReport", "check_structure", "compare_maps"],
        "int8_choice": ["choose_int8"],
        "verify": ["VerifyConfig"],
    },
)
