"""Attention: over all positions of a feature map, and over its channels."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("dbdgan_tf")
class NonLocalBlock(keras.layers.Layer):
    """Embedded-Gaussian non-local block with a learned, zero-initialised residual gain.

    Every position of (batch, height, width, channels) attends to every other one: `y = x + gamma * softmax(q
    k^T) v`. As gamma starts at 0 the block starts as the identity, so it can be put into a pretrained
    network.

    Args:
      reduction: channels are divided by this for query and key (at least one channel stays).

    Source: Wang et al., "Non-local Neural Networks", CVPR 2018; the residual gain is that of Zhang et al.,
    "Self-Attention Generative Adversarial Networks", ICML 2019, equation 3.
    """

    def __init__(self, reduction=8, **kwargs):
        super().__init__(**kwargs)
        if reduction < 1:
            raise ValueError(f"Bad `reduction`. Received: {reduction}. Allowed: 1, 2, ...")
        self.reduction = reduction

    def build(self, input_shape):
        channels = input_shape[-1]
        inner = max(1, channels // self.reduction)
        self.query = self._pointwise(inner, "query", input_shape)
        self.key = self._pointwise(inner, "key", input_shape)
        self.value = self._pointwise(channels, "value", input_shape)
        self.gamma = self.add_weight(name="gamma", shape=(1,), initializer="zeros")
        self.built = True

    def _pointwise(self, filters, name, shape):
        layer = keras.layers.Conv2D(filters, 1, name=name, dtype=self.dtype_policy)
        layer.build(shape)
        return layer

    def call(self, inputs):
        query = self._flatten(self.query(inputs))
        key = self._flatten(self.key(inputs))
        value = self._flatten(self.value(inputs))
        scores = ops.matmul(query, ops.transpose(key, (0, 2, 1)))
        # Scores are sums over channels without a scale: half precision would overflow in the exponential.
        attention = ops.softmax(ops.cast(scores, "float32"), axis=-1)
        attended = ops.matmul(ops.cast(attention, value.dtype), value)
        return inputs + ops.cast(self.gamma, inputs.dtype) * ops.reshape(attended, ops.shape(inputs))

    @staticmethod
    def _flatten(features):
        shape = ops.shape(features)
        return ops.reshape(features, (shape[0], shape[1] * shape[2], shape[3]))

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "reduction": self.reduction}


@keras.saving.register_keras_serializable("dbdgan_tf")
class SqueezeExcite(keras.layers.Layer):
    """Scales every channel of a map (B, H, W, C) by a gate computed from the mean of all channels.

    Pooling keeps the spatial dimensions, so that no Reshape is needed on the way to a phone.

    Args:
      reduction: channels are divided by this in the hidden layer (at least one channel stays).
      activation: activation of the hidden layer.
      gate_activation: activation of the gate.

    Source: Hu et al., "Squeeze-and-Excitation Networks", CVPR 2018, section 3.
    """

    def __init__(self, reduction=16, activation="relu", gate_activation="sigmoid", **kwargs):
        super().__init__(**kwargs)
        if reduction < 1:
            raise ValueError(f"Bad `reduction`. Received: {reduction}. Allowed: 1, 2, ...")
        self.reduction = reduction
        self.activation = keras.activations.get(activation)
        self.gate_activation = keras.activations.get(gate_activation)

    def build(self, input_shape):
        channels = input_shape[-1]
        hidden = max(1, channels // self.reduction)
        policy = self.dtype_policy
        self.pool = keras.layers.GlobalAveragePooling2D(keepdims=True, dtype=policy, name="pool")
        self.fc1 = keras.layers.Conv2D(hidden, 1, activation=self.activation, dtype=policy, name="fc1")
        self.fc2 = keras.layers.Conv2D(channels, 1, activation=self.gate_activation, dtype=policy, name="fc2")
        self.fc1.build((input_shape[0], 1, 1, channels))
        self.fc2.build((input_shape[0], 1, 1, hidden))
        self.built = True

    def call(self, inputs):
        return inputs * self.fc2(self.fc1(self.pool(inputs)))

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {
            **super().get_config(),
            "reduction": self.reduction,
            "activation": keras.activations.serialize(self.activation),
            "gate_activation": keras.activations.serialize(self.gate_activation),
        }
