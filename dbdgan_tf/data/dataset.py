"""Batches of photographs, masks and teacher maps for every Keras backend."""

import keras
import numpy as np

from dbdgan_tf.data.drawing import EpochDrawing, ShareDrawing
from dbdgan_tf.data.store import SampleStore
from dbdgan_tf.photo import ImageInputError


class BlurDataset(keras.utils.PyDataset):
    """Batches whose order depends on the seed and the epoch alone, so that a resumed run sees the same.

    Samples without a mask are unlabelled photographs for distillation. All are resized to `image_size`,
    (height, width) in px; `cache` keeps them decoded in memory. `teacher_maps_dir` holds `<stem>.png` maps,
    255 = blurred, for which masks of labelled samples stand in with `masks_for_maps`; `crop` is a
    `RandomCrop`, drawn anew every epoch. `drop_remainder` leaves out what does not fill the last batch;
    `steps` are batches per epoch, 0 for one pass. `shares` are pairs (number of samples, share), one per
    source, whose samples follow one another, and `source_names` what logs call these. `threads` decode inside
    a batch; `workers` and `max_queue_size` are Keras'. `shard` (part, parts) says which rows of every batch
    are read, as the process of a distributed run does. A ValueError if no batch can be filled or teacher maps
    are missing.

    Example:
        dataset = BlurDataset(find_samples("data/cuhk"), batch_size=4, cache=True)
        model.fit(dataset, shuffle=False)  # Keras would otherwise shuffle the batches again, unseeded.
    """

    def __init__(
        self, samples, image_size=(320, 320), batch_size=8, shuffle=True, seed=0, cache=False,
        teacher_maps_dir=None, crop=None, drop_remainder=True, steps=0, shares=None, source_names=(),
        threads=2, workers=1, max_queue_size=10, masks_for_maps=False, shard=(0, 1),
    ):  # fmt: skip
        super().__init__(workers=workers, max_queue_size=max_queue_size)
        self.store = SampleStore(samples, image_size, cache, teacher_maps_dir, threads, masks_for_maps, crop)
        # The error of a file that can no longer be read.
        self.failure = None
        self.batch_size, self.seed, self.source_names = batch_size, seed, tuple(source_names)
        if shares:
            self.drawing = ShareDrawing(*zip(*shares, strict=True), batch_size, seed, steps)
        else:
            count = len(self.store.samples)
            self.drawing = EpochDrawing(count, batch_size, seed, shuffle, drop_remainder, steps)
        self.shard = shard
        self._labelled = np.array([sample.labelled for sample in self.store.samples], np.float32)
        self.set_epoch(0)
        if len(self) == 0:
            raise ValueError(
                f"No batch can be filled. Received: {len(self.samples)} samples, batch_size={batch_size}, "
                f"drop_remainder={drop_remainder}. Allowed: at least "
                f"{'batch_size samples' if drop_remainder else 'one sample'}."
            )

    @property
    def samples(self):
        """The samples, in their order on disk."""
        return self.store.samples

    def drawn(self):
        """Samples that every source gives in this epoch: dict "drawn_NAME" -> int; empty without shares."""
        counts = self.drawing.drawn(self.epoch) if isinstance(self.drawing, ShareDrawing) else ()
        return {f"drawn_{name}": count for name, count in zip(self.source_names, counts)}

    def set_epoch(self, epoch):
        """Takes the order of an epoch; call it before the epoch's first batch, for instance on resuming."""
        self.epoch = epoch

    def on_epoch_end(self):
        """Moves on to the next epoch's order."""
        self.set_epoch(self.epoch + 1)

    def __len__(self):
        """Number of batches of an epoch."""
        return self.drawing.steps

    def __getitem__(self, index):
        """One batch by its position in the epoch, a dict of arrays.

        images uint8 (B, H, W, 3) RGB; segmentation_masks float32 (B, H, W, 1), 1 = blurred; counted float32
        (B, H, W, 1), 0 at pixels that the mask ignores, 1 elsewhere; labelled float32 (B,), 0 where there is
        no mask (the mask is then zeros); teacher_maps float32 (B, H, W, 1) if the dataset has them.
        """
        if not 0 <= index < len(self):
            raise IndexError(f"Batch index out of range. Received: {index}. Allowed: 0 to {len(self) - 1}.")
        indices = self.drawing.indices(self.epoch, index)
        part, parts = self.shard
        rows = slice(len(indices) * part // parts, len(indices) * (part + 1) // parts)
        generator = np.random.default_rng([self.seed, self.epoch, index, len(self.samples)])
        try:
            read = self.store.read(indices[rows], generator.random((len(indices), 5))[rows])
        except ImageInputError as error:
            # TensorFlow buries what is raised here under a page of its own.
            self.failure = error
            raise
        images, counted = read.pop("images"), (read.pop("counted") == 255).astype(np.float32)
        maps = {key: np.multiply(array, np.float32(1 / 255), dtype=np.float32) for key, array in read.items()}
        return {"images": images, "counted": counted, **maps, "labelled": self._labelled[indices[rows]]}
