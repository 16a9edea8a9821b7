"""Running blur models: LiteRT, NumPy and OpenCV; neither TensorFlow nor Keras is ever imported."""

from dbdgan_tf.inference.bundled import bundled_model
from dbdgan_tf.inference.detector import BatchError, BlurDetector
from dbdgan_tf.inference.interpreter import DelegationReport, LiteRTModel, ModelFileError
from dbdgan_tf.inference.result import BlurResult
from dbdgan_tf.inference.upsampling import guided_upsample

__all__ = [
    "BatchError", "BlurDetector", "BlurResult", "DelegationReport", "LiteRTModel", "ModelFileError",
    "bundled_model", "guided_upsample",
]  # fmt: skip
