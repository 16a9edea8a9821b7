"""Scoring blur maps: metrics, predictors, curves, reports. Imports neither TensorFlow nor Keras."""

from dbdgan_tf.evaluation.evaluator import EvaluationError, evaluate
from dbdgan_tf.evaluation.model_predictors import (
    keras_predictor,
    model_predictor,
    network_predictor,
    tflite_predictor,
)
from dbdgan_tf.evaluation.predictors import (
    ImagePredictor,
    MapsPredictor,
    as_predictor,
    averaged,
    maps_predictor,
    mirrored,
)
from dbdgan_tf.evaluation.result import ClassScores, Curves, EvaluationResult, format_table
from dbdgan_tf.metrics.scores import ImageScores, f_measure, score_map

__all__ = [
    "ClassScores", "Curves", "EvaluationError", "EvaluationResult", "ImagePredictor", "ImageScores",
    "MapsPredictor", "as_predictor", "averaged", "evaluate", "f_measure", "format_table", "keras_predictor",
    "maps_predictor", "mirrored", "model_predictor", "network_predictor", "score_map", "tflite_predictor",
]  # fmt: skip
