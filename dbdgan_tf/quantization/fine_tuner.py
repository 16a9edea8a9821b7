"""One step of quantization-aware fine-tuning."""

import tensorflow as tf

from dbdgan_tf.losses import ContentObjective, consistency_loss
from dbdgan_tf.quantization.legacy_keras import tf_keras
from dbdgan_tf.quantization.ranges import PREFIX
from dbdgan_tf.training.callbacks import check_finite


class FineTuner:
    # Losses and augmentation are Keras 3 code; on TensorFlow they take tensors of tf_keras as they are.

    def __init__(self, model, scaling, losses, options, total_steps, augmentation=None):
        self.model, self.scaling, self.augmentation = model, scaling, augmentation
        self.freeze_step = round(options.freeze_norms_after * total_steps)
        self.optimizer = make_optimizer(options, total_steps)
        logits = model.get_layer(f"{PREFIX}logits").output
        self._graph = tf_keras.Model(model.input, {"blur_map": model.output, "logits": logits})
        self._content = ContentObjective(losses)
        self._consistency_weight = losses.consistency_weight
        # Fixed before any batch norm is frozen, so that the optimizer's variables never change.
        self._trained = model.trainable_variables
        self.optimizer.build(self._trained)
        self._frozen = False
        self._compile()

    @property
    def state_groups(self):
        seeds = self.augmentation.variables if self.augmentation else []
        return {"student": self.model.weights, "augmentation": seeds, "optimizer": self.optimizer.variables}

    @property
    def step(self):
        return int(self.optimizer.iterations.numpy())

    def train(self, batch):
        """Takes one step on a `BlurDataset`'s batch; floats by term, a NonFiniteLossError if one is none."""
        if self.step >= self.freeze_step and not self._frozen:
            self._freeze_norms()
        terms = {name: float(value) for name, value in self._step(batch).items()}
        check_finite(terms, f"step {self.step}", "--learning_rate")
        return terms

    def predict(self, images):
        """Blur maps (B, H, W, 1) of images in 0..255 as int8 arithmetic gives them, simulated."""
        return self._predict(self.scaling.apply(images.astype("float32"))).numpy()

    def _compile(self):
        self._predict = tf.function(lambda images: self.model(images, training=False), autograph=False)
        self._step = tf.function(self._train_step, autograph=False)

    def _train_step(self, batch):
        if self.augmentation is not None:
            batch = self.augmentation(batch, training=True)
        images = self.scaling.apply(tf.cast(batch["images"], tf.float32))
        with tf.GradientTape() as tape:
            outputs, counted = self._graph(images, training=True), batch.get("counted")
            loss, terms = self._content(batch["segmentation_masks"], outputs, batch.get("labelled"), counted)
            if self._consistency_weight:
                maps = outputs["blur_map"]
                terms["consistency"] = consistency_loss(batch["teacher_maps"], maps, counted=counted)
                loss += self._consistency_weight * terms["consistency"]
        gradients = tape.gradient(loss, self._trained)
        self.optimizer.apply_gradients(zip(gradients, self._trained))
        return {**terms, "loss": loss}

    def _freeze_norms(self):
        """Batch norms go over to their running statistics, as in int8; gamma and beta train on."""
        for layer in self.model.layers:
            if isinstance(getattr(layer, "layer", None), tf_keras.layers.BatchNormalization):
                layer.layer.trainable = False
        self._frozen = True
        self._compile()


def make_optimizer(options, total_steps):
    """A tf_keras Adam by `QatOptions`, with warm-up and cosine decay over the whole run's steps."""
    warmup = min(options.warmup_steps, max(total_steps - 1, 0))
    rate, steps = options.learning_rate, max(total_steps - warmup, 1)
    rising = {"warmup_target": rate, "warmup_steps": warmup} if warmup else {}
    schedule = tf_keras.optimizers.schedules.CosineDecay(
        rate * 0.05 if warmup else rate, steps, options.final_lr_fraction, **rising
    )
    return tf_keras.optimizers.Adam(schedule, global_clipnorm=options.clip_norm or None)
