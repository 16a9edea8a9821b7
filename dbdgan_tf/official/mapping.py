"""Official PyTorch checkpoints to weights by our layer names: what student and teacher share."""

import dataclasses

import numpy as np

from dbdgan_tf.models.weights.by_name import assign_weights


def unwrap_state_dict(checkpoint):
    """The plain state dict (key -> array) inside a checkpoint, which may hold it under "model_state_dict".

    The "module." of DataParallel is taken from the keys.
    """
    for wrapper in ("model_state_dict", "state_dict"):
        if isinstance(checkpoint, dict) and wrapper in checkpoint:
            checkpoint = checkpoint[wrapper]
    if not isinstance(checkpoint, dict) or not checkpoint:
        raise ValueError(f"A checkpoint is a dict of tensors. Received: {type(checkpoint).__name__}.")
    return {key.removeprefix("module."): np.asarray(value) for key, value in checkpoint.items()}


def read_checkpoint(path):
    """Reads an official .pth file: `torch.load(weights_only=True)`, or `read_torch_file` without torch."""
    try:
        import torch
    except ImportError:
        from dbdgan_tf.models.weights.torch_file import read_torch_file

        return unwrap_state_dict(read_torch_file(path))
    return unwrap_state_dict(torch.load(path, map_location="cpu", weights_only=True))


def build_with(source, read_table, build, config, image_size, **build_arguments):
    """Builds one of our networks with an official checkpoint's weights; see `load_official_student`."""
    checkpoint = source if isinstance(source, dict) else read_checkpoint(source)
    table, report = read_table(checkpoint, config.encoder)
    config = dataclasses.replace(config, image_size=image_size or config.image_size)
    model = build(config, **build_arguments)
    assign_weights(model, table)
    return model, config, report
