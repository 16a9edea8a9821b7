"""Running blur models: LiteRT, NumPy and OpenCV; neither TensorFlow nor Keras is ever imported."""

from dbdgan_tf.inference.bundled import bundled_model
from dbdgan_tf.inference.detector import BatchError, BlurDetector
from dbdgan_tf.inference.interpreter import DelegationReport, LiteRTModel, ModelFileError
from dbdgan_tf.inference.result import BlurResult
from dbdgan_tf.inference.upsampling import guided_upsample
from dbdgan_tf.photo import DEFAULT_MAX_PIXELS, ImageInputError, to_rgb

__all__ = [
    "DEFAULT_MAX_PIXELS",
    "BatchError",
    "BlurDetector",
    "BlurResult",
    "DelegationReport",
    "ImageInputError",
    "LiteRTModel",
    "ModelFileError",
    "bundled_model",
    "guided_upsample",
    "to_rgb",
]
