"""Scalars and image grids for TensorBoard, written without TensorFlow."""

import math

import keras
import numpy as np
from tensorboardX import SummaryWriter

from dbdgan_tf.training.distribution import is_first


class TensorBoardLog(keras.callbacks.Callback):
    """Writes every epoch's figures, learning rates and a grid: photographs, ground truth, maps.

    Epochs from `first_epoch` on that a killed run logged are dropped.
    """

    def __init__(self, folder, networks, held_out, first_epoch=0):
        super().__init__()
        purge = first_epoch + 1 if first_epoch else None
        self.writer = SummaryWriter(str(folder), purge_step=purge) if is_first() else None
        self.networks, self.held_out = networks, held_out

    def on_epoch_end(self, epoch, logs=None):
        # Of variables that several processes share, so that all of them compute it.
        rates = {f"rate/{name}": rate for name, rate in self.model.optimizer.learning_rates().items()}
        if self.writer is None:
            return
        for name, value in {**(logs or {}), **rates}.items():
            if not math.isnan(value):  # a figure that this epoch has not
                self.writer.add_scalar(name.replace("val_", "validation/", 1), float(value), epoch + 1)
        if self.held_out is not None:
            self.writer.add_image("validation/maps", self._grid(), epoch + 1, dataformats="HWC")
        self.writer.flush()

    def on_train_end(self, logs=None):
        if self.writer is not None:
            self.writer.close()

    def _grid(self):
        batch = next(iter(self.held_out.sources.values()))[0]
        columns = [batch["images"], _grey(batch["segmentation_masks"])]
        for _, (network, config) in sorted(self.networks.items(), reverse=True):
            scaled = config.input_scaling.apply(batch["images"].astype("float32"))
            columns.append(_grey(network.predict_on_batch(scaled)))
        return np.concatenate(list(np.concatenate(columns, axis=2)), axis=0)


def _grey(maps):
    return np.repeat((np.asarray(maps) * 255).astype(np.uint8), 3, axis=-1)
