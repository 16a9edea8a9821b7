"""Public Keras layers of the networks, for any backend; Keras itself saves their plain arguments."""

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
        self.reduction = _at_least_one(reduction)

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
        batch, height, width, _ = ops.shape(inputs)
        query, key, value = (
            ops.reshape(layer(inputs), (batch, height * width, layer.filters))
            for layer in (self.query, self.key, self.value)
        )
        scores = ops.matmul(query, ops.transpose(key, (0, 2, 1)))
        # Scores are sums over channels without a scale: half precision would overflow in the exponential.
        attention = ops.softmax(ops.cast(scores, "float32"), axis=-1)
        attended = ops.matmul(ops.cast(attention, value.dtype), value)
        return inputs + ops.cast(self.gamma, inputs.dtype) * ops.reshape(attended, ops.shape(inputs))


@keras.saving.register_keras_serializable("dbdgan_tf")
class SqueezeExcite(keras.layers.Layer):
    """Scales every channel of a map (B, H, W, C) by a sigmoid gate computed from the mean of all channels.

    Pooling keeps the spatial dimensions, so that no Reshape is needed on the way to a phone.

    Args:
      reduction: channels are divided by this in the hidden layer (at least one channel stays).

    Source: Hu et al., "Squeeze-and-Excitation Networks", CVPR 2018, section 3.
    """

    def __init__(self, reduction=16, **kwargs):
        super().__init__(**kwargs)
        self.reduction = _at_least_one(reduction)

    def build(self, input_shape):
        channels = input_shape[-1]
        hidden = max(1, channels // self.reduction)
        policy = self.dtype_policy
        self.pool = keras.layers.GlobalAveragePooling2D(keepdims=True, dtype=policy, name="pool")
        self.fc1 = keras.layers.Conv2D(hidden, 1, activation="relu", dtype=policy, name="fc1")
        self.fc2 = keras.layers.Conv2D(channels, 1, activation="sigmoid", dtype=policy, name="fc2")
        self.fc1.build((input_shape[0], 1, 1, channels))
        self.fc2.build((input_shape[0], 1, 1, hidden))
        self.built = True

    def call(self, inputs):
        return inputs * self.fc2(self.fc1(self.pool(inputs)))


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
      momentum, epsilon: of the batch normalisations.

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
            setattr(self, layer.name, layer)
        return [layer.name for layer in branch]

    def call(self, inputs, training=None):
        # Keras hands `training` on to the layers inside.
        features = inputs
        for names in self.branches:
            outputs = features
            for name in names:
                outputs = getattr(self, name)(outputs)
            features = ops.concatenate([outputs, features], axis=-1)
        return features


@keras.saving.register_keras_serializable("dbdgan_tf")
class GroupedConv2D(keras.layers.Conv2D):
    """A `keras.layers.Conv2D` with groups whose gradient is fast on CPUs as well.

    The weights and the result are those of `keras.layers.Conv2D`. CPUs compute the gradient of a native
    grouped convolution dozens of times slower than the convolution itself; where no accelerator is present,
    patches and one matrix product per group avoid it at the price of memory, for channels last, padding
    "valid" and no dilation.

    Source: Xie et al., "Aggregated Residual Transformations for Deep Neural Networks", CVPR 2017, 3.3.
    """

    def convolution_op(self, inputs, kernel):
        accelerated = any(not device.startswith("cpu") for device in keras.distribution.list_devices())
        fits = self.padding == "valid" and max(self.dilation_rate) == 1
        if accelerated or not fits or self.data_format != "channels_last":
            return super().convolution_op(inputs, kernel)
        rows, columns = self.kernel_size
        height, width = ops.shape(inputs)[1] - rows + 1, ops.shape(inputs)[2] - columns + 1
        seen_by_weight = [
            inputs[:, top : top + height : self.strides[0], left : left + width : self.strides[1]]
            for top in range(rows)
            for left in range(columns)
        ]
        # Reshaped after it is sliced: five dimensions are sliced a fifth slower.
        by_group = (*ops.shape(seen_by_weight[0])[:3], self.groups, inputs.shape[-1] // self.groups)
        patches = ops.concatenate([ops.reshape(seen, by_group) for seen in seen_by_weight], axis=-1)
        kernel = ops.reshape(kernel, (patches.shape[-1], self.groups, self.filters // self.groups))
        outputs = ops.einsum("bhwgi,igo->bhwgo", patches, kernel)
        return ops.reshape(outputs, (*ops.shape(outputs)[:3], self.filters))


def _at_least_one(reduction):
    if reduction < 1:
        raise ValueError(f"Bad `reduction`. Received: {reduction}. Allowed: 1, 2, ...")
    return reduction
