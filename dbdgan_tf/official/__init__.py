"""The official PyTorch checkpoints of Distill-DBDGAN on our networks."""

from dbdgan_tf.models.weights.torch_state import MappingReport
from dbdgan_tf.official.checkpoints import load_official_student, load_official_teacher

__all__ = ["MappingReport", "load_official_student", "load_official_teacher"]
