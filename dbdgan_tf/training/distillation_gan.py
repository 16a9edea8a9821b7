"""The distillation GAN: teacher, student and three discriminators in one Keras model (paper, section 3)."""

import keras
from keras import ops

from dbdgan_tf.losses import (
    ADVERSARIAL_LOSSES,
    ContentObjective,
    consistency_loss,
    counted_windows,
    feature_loss,
    image_weights,
)
from dbdgan_tf.models.discriminator import update_spectral_norms
from dbdgan_tf.training.options import TEACHER_MODES

if keras.backend.backend() == "jax":
    from dbdgan_tf.training.jax_step import JaxStep as _Step
else:
    from dbdgan_tf.training.tensorflow_step import TensorFlowStep as _Step

_JUDGES = {"teacher": {"teacher"}, "student": {"student", "distill"}}


class DistillationGAN(_Step, keras.Model):
    """Trains a student against the ground truth, a teacher and discriminators.

    D1 judges the teacher's map and D2 the student's map against the ground truth; D3 judges the student's map
    against the teacher's. With `student=None` the teacher trains alone against D1.

    Args:
        student: Functional network ending in "blur_map", or None; `student_scaling` is its `InputScaling`.
        teacher: Likewise, or None where its maps come with the batch.
        discriminators: Dict of any of "teacher" (D1), "student" (D2), "distill" (D3) to a discriminator.
        teacher_mode: "joint" trains the teacher too, "frozen" only runs it, "cached" reads "teacher_maps"
            from the batch, "none" trains the student alone.
        losses: A `LossOptions`.

    Example:
        gan = DistillationGAN(student, teacher, scaling, scaling, {"student": d2}, "joint", LossOptions())
        gan.compile(optimizers)
        gan.fit(BlurDataset(samples), epochs=20)
    """

    def __init__(
        self, student, teacher, student_scaling, teacher_scaling, discriminators, teacher_mode, losses,
        augmentation=None, **kwargs,
    ):  # fmt: skip
        super().__init__(**kwargs)
        if teacher_mode not in TEACHER_MODES:
            raise ValueError(f"Unknown teacher mode. Received: {teacher_mode!r}. Allowed: {TEACHER_MODES}.")
        _check_terms(teacher, teacher_mode, losses)
        self.student = student
        self.teacher = teacher
        self.discriminators = dict(discriminators)
        self.adapters = {}
        if teacher is not None:
            teacher.trainable = teacher_mode == "joint"
        self.augmentation = augmentation
        self.step = self.add_weight((), "zeros", "int32", trainable=False, name="step")
        self.student_scaling = student_scaling
        self.teacher_scaling = teacher_scaling
        self.teacher_mode = teacher_mode
        self.losses_options = losses
        self._content = ContentObjective(losses)
        self._adversarial = ADVERSARIAL_LOSSES[losses.adversarial_loss]
        taps = tuple(losses.feature_taps) if student is not None and losses.feature_weight else ()
        self._student_graph = _with_taps(student, ("logits", *taps))
        self._teacher_graph = _with_taps(teacher, ("logits", *taps))
        for tap in taps:
            *size, channels = teacher.get_layer(tap).output.shape[1:]
            if size != list(student.get_layer(tap).output.shape[1:3]):
                raise ValueError(
                    f"Teacher and student have no features of one size there. Received: feature_taps={tap}. "
                    "Allowed: layers at one stride, such as decoder_s8."
                )
            self.adapters[tap] = keras.layers.Conv2D(channels, 1, use_bias=False, name=f"adapt_{tap}")
            self.adapters[tap].build(student.get_layer(tap).output.shape)
        self.trackers = {name: keras.metrics.Mean(name=name) for name in self._term_names()}
        self.built = True

    def compile(self, optimizers, jit_compile=False, **kwargs):
        """As `keras.Model.compile`, of an `OptimizerGroup` with the names of `variable_groups`."""
        jit_compile = jit_compile or (keras.backend.backend() == "jax" and not kwargs.get("run_eagerly"))
        super().compile(optimizer=None, jit_compile=jit_compile, **kwargs)
        self.optimizer = optimizers

    @property
    def variable_groups(self):
        """Dict of every trained network's name to its trainable variables."""
        groups = {}
        if self.teacher is not None and self.teacher_mode == "joint":
            groups["teacher"] = self.teacher.trainable_variables
        if self.student is not None:
            adapters = [v for layer in self.adapters.values() for v in layer.trainable_variables]
            groups["student"] = self.student.trainable_variables + adapters
        for name, network in self.discriminators.items():
            groups[f"discriminator_{name}"] = network.trainable_variables
        return groups

    @property
    def state_groups(self):
        """Dict of every part's name to all its variables, moments and averages included."""
        named = {"student": self.student, "teacher": self.teacher, "augmentation": self.augmentation}
        named.update({f"discriminator_{name}": network for name, network in self.discriminators.items()})
        named.update({f"adapter_{tap}": layer for tap, layer in self.adapters.items()})
        groups = {name: part.variables for name, part in named.items() if part is not None}
        return {"gan": [self.step], **groups, **self.optimizer.state_groups}

    def prepare(self, batch):
        """A batch after all that no gradient flows through: augmentation, spectral norms, the step count.

        It holds "images" (B, H, W, 3) 0..255, "segmentation_masks" (B, H, W, 1), and, where they apply,
        "labelled" (B,), "counted" (B, H, W, 1), 0 where a pixel is ignored, and "teacher_maps" (B, H, W, 1).
        """
        batch = {**batch, "images": ops.cast(batch["images"], "float32")}
        if self.augmentation is not None:
            batch = self.augmentation(batch, training=True)
        for network in self.discriminators.values():
            update_spectral_norms(network)
        self.step.assign(self.step + 1)
        return batch

    @property
    def _judged(self):
        return [name for name, judges in _JUDGES.items() if self.discriminators.keys() & judges]

    def probes(self, batch):
        """Zeros to add to the logits of judged networks, by name: the gradient there is that of the map."""
        zeros = ops.zeros_like(batch["images"][..., :1])
        return dict.fromkeys(self._judged, zeros)

    def network_losses(self, batch, probes=None):
        """Scalar losses by name of `variable_groups`, and scalar terms, of what `prepare` returned.

        Beside them stand "student_adversarial" and "teacher_adversarial", what judges add to these networks'.
        """
        losses, terms, probes = {}, {}, probes or {}
        taught = _moved(self._teacher_outputs(batch), probes.get("teacher"))
        if self.teacher_mode == "joint":
            self._add_content("teacher", taught, batch, losses, terms)
            self._judge("teacher", "teacher", taught["blur_map"], batch, losses, terms)
        if self.student is not None:
            taught = {name: ops.stop_gradient(value) for name, value in taught.items()}
            self._student_losses(batch, taught, losses, terms, probes.get("student"))
        return losses, terms

    def update(self, gradients, terms):
        """Applies every network's gradients; the running means of the terms."""
        for name, variables in self.variable_groups.items():
            self.optimizer.optimizers[name].apply(gradients[name], variables)
        for name, value in terms.items():
            self.trackers[name].update_state(value)
        return {name: tracker.result() for name, tracker in self.trackers.items()}

    @staticmethod
    def adversarial_share(whole, judged):
        """The norm of the judges' part of a gradient over that of the rest."""
        rest = ops.sqrt(ops.sum(ops.square(whole - judged)))
        return ops.sqrt(ops.sum(ops.square(judged))) / ops.maximum(rest, 1e-12)

    def _add_content(self, name, outputs, batch, losses, terms):
        losses[name], parts = self._content(
            batch["segmentation_masks"], outputs, batch.get("labelled"), batch.get("counted")
        )
        terms.update({f"{name}_{part}": value for part, value in parts.items()})

    def _student_losses(self, batch, taught, losses, terms, probe):
        options, counted = self.losses_options, batch.get("counted")
        images = self.student_scaling.apply(batch["images"])
        learned = _moved(self._student_graph(images, training=True), probe)
        self._add_content("student", learned, batch, losses, terms)
        if options.consistency_weight:
            terms["consistency"] = consistency_loss(taught["blur_map"], learned["blur_map"], counted=counted)
            losses["student"] += options.consistency_weight * terms["consistency"]
        if self.adapters:
            terms["feature"] = self._feature_constraint(taught, learned, counted)
            losses["student"] += options.feature_weight * terms["feature"]
        self._judge("student", "student", learned["blur_map"], batch, losses, terms)
        self._judge("distill", "student", learned["blur_map"], batch, losses, terms, taught.get("blur_map"))

    def _judge(self, judge, generator, fake, batch, losses, terms, real=None):
        if judge not in self.discriminators:
            return
        images = batch["images"] / 127.5 - 1.0
        count, counted = ops.shape(images)[0], batch.get("counted")
        labelled = batch.get("labelled") if real is None else None
        real = batch["segmentation_masks"] if real is None else real
        maps = ops.concatenate([ops.cast(real, "float32"), fake])
        if counted is not None:
            # Real and fake are the same where nothing counts, so that no judge can tell them apart there.
            maps = maps * ops.concatenate([counted, counted])
        inputs = {"images": ops.concatenate([images, images]), "maps": maps}
        scores = self.discriminators[judge](inputs, training=False)
        pairs = [
            self._adversarial(s[:count], s[count:], *_score_weights(s, counted, labelled))
            for s in scores.values()
        ]
        on_judge = sum(pair[0] for pair in pairs) / len(pairs)
        on_generator = sum(pair[1] for pair in pairs) / len(pairs)
        losses[f"discriminator_{judge}"] = on_judge
        weighted = self._adversarial_weight(judge) * on_generator
        losses[generator] += weighted
        losses[f"{generator}_adversarial"] = losses.get(f"{generator}_adversarial", 0.0) + weighted
        terms[f"d_{judge}"], terms[f"g_{judge}"] = on_judge, on_generator

    def _adversarial_weight(self, judge):
        options = self.losses_options
        weight = options.distill_adversarial_weight if judge == "distill" else options.adversarial_weight
        grown = ops.cast(self.step, "float32") / max(options.adversarial_warmup_steps, 1)
        return weight * ops.minimum(grown, 1.0)

    def _teacher_outputs(self, batch):
        if self.teacher is None:
            return {"blur_map": batch["teacher_maps"]} if self.teacher_mode == "cached" else {}
        images = self.teacher_scaling.apply(batch["images"])
        return self._teacher_graph(images, training=self.teacher_mode == "joint")

    def _feature_constraint(self, taught, learned, counted):
        pairs = []
        for tap, adapter in self.adapters.items():
            weights = None if counted is None else _at_size(counted, taught[tap].shape[1])
            pairs.append(feature_loss(taught[tap], adapter(learned[tap]), counted=weights))
        return sum(pairs) / len(pairs)

    def _term_names(self):
        names = []
        if self.teacher_mode == "joint":
            names += [f"teacher_{name}" for name in self._content.names]
        if self.student is not None:
            names += [f"student_{name}" for name in self._content.names]
            names += ["consistency"] * bool(self.losses_options.consistency_weight)
            names += ["feature"] * bool(self.adapters)
        names += [f"{side}_{judge}" for judge in self.discriminators for side in "dg"]
        return names + [f"adversarial_share_{name}" for name in self._judged]


def _moved(outputs, probe):
    if probe is None:
        return outputs
    logits = ops.cast(outputs["logits"], "float32") + probe
    return {**outputs, "logits": logits, "blur_map": ops.sigmoid(logits)}


def _with_taps(network, taps):
    if network is None:
        return None
    outputs = {tap: network.get_layer(tap).output for tap in taps}
    return keras.Model(network.input, {"blur_map": network.output, **outputs})


def _at_size(counted, height):
    """Counted pixels of a smaller map: those that show counted pixels alone."""
    factor = counted.shape[1] // height
    return counted if factor == 1 else counted_windows(counted, factor, factor)


def _score_weights(scores, counted, sample_weight):
    """Weights of images, and of positions where there are any, for one of a discriminator's outputs."""
    if counted is None or len(scores.shape) == 4:
        return sample_weight, None if counted is None else _at_size(counted, scores.shape[1])
    return image_weights(counted, sample_weight), None


def _check_terms(teacher, mode, losses):
    if teacher is None and (mode in ("joint", "frozen") or losses.feature_weight):
        raise ValueError(
            "Without a teacher network there are only its cached maps. "
            f"Received: teacher_mode={mode!r}, feature_weight={losses.feature_weight}. "
            "Allowed: teacher_mode='cached', feature_weight=0."
        )
    names = ("consistency_weight", "feature_weight", "distill_adversarial_weight")
    asked = [f"{name}={getattr(losses, name)}" for name in names if getattr(losses, name)]
    if mode == "none" and asked:
        raise ValueError(f"A student without a teacher cannot be distilled. Received: {asked}. Allowed: 0.")
