"""What several tests of the networks share."""

import pytest


@pytest.fixture
def tflite_operations():
    """A function from a model to the set of its operations after conversion to float32 TFLite."""
    tf = pytest.importorskip("tensorflow")
    interpreter = pytest.importorskip("ai_edge_litert.interpreter")

    def operations(model):
        content = tf.lite.TFLiteConverter.from_keras_model(model).convert()
        reader = interpreter.Interpreter(
            model_content=content,
            experimental_op_resolver_type=interpreter.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
        )
        return {operation["op_name"] for operation in reader._get_ops_details()}

    return operations
