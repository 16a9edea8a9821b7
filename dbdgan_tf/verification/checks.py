"""Does a .tflite file keep its promises: structure, delegates, maps?"""

import dataclasses
from pathlib import Path

import numpy as np

from dbdgan_tf.command.options import option
from dbdgan_tf.conversion.gpu_rules import check_gpu_rules
from dbdgan_tf.inference.interpreter import LiteRTModel
from dbdgan_tf.model_file.flat_graph import read_graph
from dbdgan_tf.model_file.metadata import read_metadata

# Shape arithmetic has no place in a graph of static shapes, and splits it between processors.
FORBIDDEN_OPS = ("SHAPE", "STRIDED_SLICE", "PACK", "RESHAPE")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Budget:
    """What a file may cost; None means any."""

    max_abs_error: float | None = option(None, "Largest difference of a pixel from Keras, 0..1.")
    mean_abs_error: float | None = option(None, "Mean difference from Keras, 0..1.")
    max_f_change: float | None = option(None, "Change of max F.")
    mae_change: float | None = option(None, "Change of the mean absolute error.")
    megabytes: float | None = option(None, "File size in 10^6 bytes.")
    partitions: int = option(1, "XNNPACK partitions.")
    gpu: bool = option(True, "Whether the GPU delegate must take the whole graph.")


# By the variant that the file's metadata names.
BUDGETS = {
    "float32": Budget(max_abs_error=1e-4), "float16": Budget(max_f_change=0.001),
    **dict.fromkeys(("dynamic", "int8", "qat_int8"), Budget(max_f_change=0.005, mae_change=0.01)),
}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class StructureReport:
    """What can be said of a file without an image."""

    variant: str
    megabytes: float
    histogram: dict
    partitions: int
    left_ops: tuple
    float_tensors: tuple
    stray_quantizes: tuple
    gpu_violations: tuple

    def failures(self, budget):
        """Sentences that say where the file misses the budget."""
        present = [name for name in FORBIDDEN_OPS if name in self.histogram]
        found = [f"{name} operators: {self.histogram[name]}; allowed: 0" for name in present]
        found += [f"custom operator {name}; allowed: built-in" for name in self.histogram if "CUSTOM" in name]
        if self.partitions != budget.partitions:
            found.append(f"{self.partitions} XNNPACK partitions; allowed: {budget.partitions}")
        if self.left_ops:
            found.append(f"operators left to the built-in kernels: {', '.join(self.left_ops)}; allowed: none")
        if self.float_tensors:
            first = ", ".join(self.float_tensors[:3])
            found.append(f"{len(self.float_tensors)} float tensors in an int8 graph: {first}")
        if self.stray_quantizes:
            found.append(f"{len(self.stray_quantizes)} stray QUANTIZE: {', '.join(self.stray_quantizes[:3])}")
        if budget.gpu:
            found += [f"GPU delegate: {violation}" for violation in self.gpu_violations]
        if budget.megabytes is not None and self.megabytes > budget.megabytes:
            found.append(f"{self.megabytes:.2f} MB; allowed: {budget.megabytes}")
        return found


@dataclasses.dataclass(frozen=True)
class MapReport:
    """How maps differ from the reference's, 0..1; `scores` of both by name, empty without masks."""

    images: int
    max_abs_error: float
    mean_abs_error: float
    bad_values: int
    scores: dict = dataclasses.field(default_factory=dict)

    def failures(self, budget):
        """Sentences that say where the maps miss the budget."""
        measured = {"max_abs_error": self.max_abs_error, "mean_abs_error": self.mean_abs_error}
        for name, (reference, own) in self.scores.items():
            measured[f"{name}_change"] = abs(own - reference)
        found = [f"{self.bad_values} maps with NaN or infinite values; allowed: 0"] if self.bad_values else []
        for name, value in measured.items():
            allowed = getattr(budget, name)
            # Written so that NaN fails.
            if allowed is not None and not value <= allowed:
                found.append(f"{name} {value:.6f}; allowed: {allowed}")
        return found


def check_structure(path, num_threads=2):
    """A `StructureReport` of a .tflite file; a ValueError if it has no embedded metadata."""
    model = LiteRTModel(Path(path), num_threads)
    content = Path(path).read_bytes()
    graph, variant = read_graph(content), read_metadata(content).variant
    delegation = model.delegation()
    return StructureReport(
        variant, len(content) / 1e6, graph.histogram(), delegation.partitions, delegation.left_ops,
        float_tensors=tuple(graph.float_tensors()) if variant.endswith("int8") else (),
        stray_quantizes=tuple(graph.stray_quantizes()), gpu_violations=tuple(check_gpu_rules(graph)),
    )  # fmt: skip


def compare_maps(pairs, scores=None):
    """A `MapReport` of pairs (reference's map, file's map), float32 (H, W) each."""
    images, worst, total, pixels, bad = 0, 0.0, 0.0, 0, 0
    for reference, own in pairs:
        images += 1
        if not np.all(np.isfinite(own)):
            bad += 1
            continue
        error = np.abs(reference.astype(np.float64) - own)
        worst, total, pixels = max(worst, float(error.max())), total + float(error.sum()), pixels + error.size
    if not images:
        raise ValueError("There is no map to compare. Received: no image.")
    return MapReport(images, worst, total / pixels if pixels else float("nan"), bad, scores or {})
