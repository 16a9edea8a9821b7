"""Grouped convolution that a CPU can train."""

import keras
from keras import ops

METHODS = ("auto", "patches", "native")


@keras.saving.register_keras_serializable("dbdgan_tf")
class GroupedConv2D(keras.layers.Conv2D):
    """A `keras.layers.Conv2D` with groups whose gradient is fast on CPUs as well.

    The weights and the result are those of `keras.layers.Conv2D`. CPUs compute the gradient of a native
    grouped convolution dozens of times slower than the convolution itself; patches and one matrix product per
    group avoid it at the price of memory.

    Args:
      filters: number of output channels.
      kernel_size: side of the kernel in pixels, or two of them.
      groups: groups of channels that do not see each other.
      method: "patches", "native", or "auto" for patches where no accelerator is present.
      **kwargs: as for `keras.layers.Conv2D`. "patches" needs channels last and, at strides above 1, padding
        "valid".

    Source: Xie et al., "Aggregated Residual Transformations for Deep Neural Networks", CVPR 2017, 3.3.
    """

    def __init__(self, filters, kernel_size, groups=1, method="auto", **kwargs):
        super().__init__(filters, kernel_size, groups=groups, **kwargs)
        if method not in METHODS:
            raise ValueError(f"Unknown `method`. Received: {method!r}. Allowed: {METHODS}.")
        self.method = method

    def convolution_op(self, inputs, kernel):
        if not self._uses_patches():
            return super().convolution_op(inputs, kernel)
        patches = ops.concatenate([self._by_group(shifted) for shifted in self._shifted(inputs)], axis=-1)
        kernel = ops.reshape(kernel, (patches.shape[-1], self.groups, self.filters // self.groups))
        outputs = ops.einsum("bhwgi,igo->bhwgo", patches, kernel)
        return ops.reshape(outputs, (*ops.shape(outputs)[:3], self.filters))

    def _uses_patches(self):
        if self.method != "auto":
            return self.method == "patches"
        fits = self.padding == "valid" or (self.padding == "same" and max(self.strides) == 1)
        accelerated = any(not device.startswith("cpu") for device in keras.distribution.list_devices())
        return fits and self.data_format == "channels_last" and not accelerated

    def _shifted(self, inputs):
        """Yields what each kernel position sees, (batch, new height, new width, channels)."""
        reach = [(side - 1) * rate for side, rate in zip(self.kernel_size, self.dilation_rate, strict=True)]
        if self.padding == "same":
            inputs = ops.pad(inputs, [[0, 0], *([r // 2, r - r // 2] for r in reach), [0, 0]])
        height, width = (size - r for size, r in zip(ops.shape(inputs)[1:3], reach, strict=True))
        for i in range(self.kernel_size[0]):
            for j in range(self.kernel_size[1]):
                top, left = i * self.dilation_rate[0], j * self.dilation_rate[1]
                rows = slice(top, top + height, self.strides[0])
                yield inputs[:, rows, left : left + width : self.strides[1]]

    def _by_group(self, features):
        shape = ops.shape(features)
        return ops.reshape(features, (*shape[:3], self.groups, features.shape[-1] // self.groups))

    def get_config(self):
        return {**super().get_config(), "method": self.method}
