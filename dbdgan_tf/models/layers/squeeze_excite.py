"""Channel attention from globally pooled features."""

import keras


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
