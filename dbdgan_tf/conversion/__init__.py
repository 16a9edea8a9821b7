"""From a trained student to .tflite files. Importing this package loads neither TensorFlow nor Keras."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "converter": ["ConversionConfig", "ConversionResult", "convert"],
        "gpu_rules": ["check_gpu_rules"],
    },
)


class ConversionError(RuntimeError):
    """The converter refused a network, or gave a file that does not keep its promises."""
