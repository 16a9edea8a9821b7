"""Official PyTorch checkpoints to weights by our layer names: what student and teacher share."""

import numpy as np

from dbdgan_tf.models.weights.torch_state import CONV, DEPTHWISE, TRANSPOSED_CONV, MappingReport, StateReader

__all__ = [
    "CONV",
    "DEPTHWISE",
    "TRANSPOSED_CONV",
    "MappingReport",
    "StateReader",
    "read_checkpoint",
    "unwrap_state_dict",
]


def unwrap_state_dict(checkpoint):
    """The plain state dict inside a checkpoint.

    Args:
      checkpoint: a state dict or a dict that holds one under "model_state_dict" or "state_dict"; keys may
        carry the "module." of DataParallel; values are tensors or arrays.

    Returns:
      A dict key -> NumPy array.

    Raises:
      ValueError: if there is no dict of tensors.
    """
    for wrapper in ("model_state_dict", "state_dict"):
        if isinstance(checkpoint, dict) and wrapper in checkpoint:
            checkpoint = checkpoint[wrapper]
    if not isinstance(checkpoint, dict) or not checkpoint:
        raise ValueError(f"A checkpoint is a dict of tensors. Received: {type(checkpoint).__name__}.")
    return {key.removeprefix("module."): np.asarray(value) for key, value in checkpoint.items()}


def read_checkpoint(path):
    """Reads an official .pth file: `torch.load(weights_only=True)`, or `read_torch_file` without torch.

    Args:
      path: a .pth file.

    Returns:
      A dict key -> NumPy array, unwrapped.

    Raises:
      ValueError: if the file is no checkpoint.
    """
    try:
        import torch
    except ImportError:
        from dbdgan_tf.models.weights.torch_file import read_torch_file

        return unwrap_state_dict(read_torch_file(path))
    return unwrap_state_dict(torch.load(path, map_location="cpu", weights_only=True))
