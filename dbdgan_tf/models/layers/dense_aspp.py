"""Densely connected dilated convolutions: many receptive fields on one map."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("dbdgan_tf")
class DenseASPP(keras.layers.Layer):
    """Dilated branches, each of which sees the input and the outputs of all branches before it.

    A branch is BN-ReLU-1x1 conv (`intermediate_channels`)-BN-ReLU-dilated 3x3 conv (`growth_channels`)-
    dropout; the first one has no leading BN. Of (batch, height, width, channels) it makes channels +
    len(dilations) * growth_channels channels, branch outputs before what they were computed from.

    Args:
      dilations: dilation of each branch, in order.
      intermediate_channels: width between the two convolutions of a branch.
      growth_channels: channels that each branch adds.
      dropout: rate in 0..1 of the spatial dropout of each branch.
      momentum: momentum of the batch normalisations.
      epsilon: epsilon of the batch normalisations.

    Source: Yang et al., "DenseASPP for Semantic Segmentation in Street Scenes", CVPR 2018, equation 3.
    """

    def __init__(
        self, dilations=(2, 4, 6, 8), intermediate_channels=1024, growth_channels=128, dropout=0.1,
        momentum=0.9, epsilon=1e-5, **kwargs,
    ):  # fmt: skip
        super().__init__(**kwargs)
        if not dilations or min(dilations) < 1:
            raise ValueError(f"Bad `dilations`. Received: {dilations}. Allowed: integers above 0: (2, 4).")
        self.dilations = tuple(dilations)
        self.intermediate_channels = intermediate_channels
        self.growth_channels = growth_channels
        self.dropout = dropout
        self.momentum = momentum
        self.epsilon = epsilon

    def build(self, input_shape):
        self.branches = []
        channels = input_shape[-1]
        for index, dilation in enumerate(self.dilations):
            shape = (*input_shape[:-1], channels)
            self.branches.append(self._build_branch(f"branch{index}", dilation, shape, index > 0))
            channels += self.growth_channels
        self.built = True

    def _build_branch(self, name, dilation, input_shape, leading_norm):
        policy = self.dtype_policy
        norm = {"momentum": self.momentum, "epsilon": self.epsilon, "dtype": policy}
        branch = [keras.layers.BatchNormalization(**norm, name=f"{name}_norm1")] if leading_norm else []
        branch += [
            keras.layers.ReLU(dtype=policy, name=f"{name}_relu1"),
            keras.layers.Conv2D(self.intermediate_channels, 1, dtype=policy, name=f"{name}_conv1"),
            keras.layers.BatchNormalization(**norm, name=f"{name}_norm2"),
            keras.layers.ReLU(dtype=policy, name=f"{name}_relu2"),
            keras.layers.Conv2D(
                self.growth_channels, 3, dilation_rate=dilation, padding="same", dtype=policy,
                name=f"{name}_conv2",
            ),
            keras.layers.SpatialDropout2D(self.dropout, dtype=policy, name=f"{name}_dropout"),
        ]  # fmt: skip
        for layer in branch:
            layer.build(input_shape)
            input_shape = layer.compute_output_shape(input_shape)
        # A plain attribute per layer gives every weight a path of its own in a checkpoint.
        for layer in branch:
            setattr(self, layer.name, layer)
        return [layer.name for layer in branch]

    def call(self, inputs, training=None):
        features = inputs
        for names in self.branches:
            outputs = features
            for name in names:
                layer = getattr(self, name)
                outputs = layer(outputs, training=training) if self._is_stateful(layer) else layer(outputs)
            features = ops.concatenate([outputs, features], axis=-1)
        return features

    @staticmethod
    def _is_stateful(layer):
        return isinstance(layer, keras.layers.BatchNormalization | keras.layers.SpatialDropout2D)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] + len(self.dilations) * self.growth_channels)

    def get_config(self):
        return {
            **super().get_config(), "dilations": self.dilations,
            "intermediate_channels": self.intermediate_channels, "growth_channels": self.growth_channels,
            "dropout": self.dropout, "momentum": self.momentum, "epsilon": self.epsilon,
        }  # fmt: skip
