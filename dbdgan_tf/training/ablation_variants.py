"""The variants of a distillation whose worth the ablation measures, one table."""

import dataclasses

# Terms beside the content loss; a variant keeps the recipe's weight of those that it names, the rest is 0.
TERMS = ("adversarial_weight", "consistency_weight", "feature_weight", "distill_adversarial_weight")


@dataclasses.dataclass(frozen=True)
class Variant:
    """One way to train.

    Attributes:
        name: Names its folder and its row.
        title: What it is, for the table.
        over: The variant that it differs from in this one thing, or None.
        terms: Those of `TERMS` that it has.
        synthetic: Whether it also trains on synthetic defocus.
        changes: Options set differently, as pairs (option, value).
    """

    name: str
    title: str
    over: str | None
    terms: tuple = ()
    synthetic: bool = False
    changes: tuple = ()


_D2, _CONSISTENCY, _FEATURE, _D3 = TERMS
_ALL = (_D2, _CONSISTENCY, _D3)
VARIANTS = (
    Variant("content", "content loss only", None),
    Variant("adversarial", "+ adversarial (D2)", "content", (_D2,)),
    Variant("consistency", "+ consistency with the teacher", "adversarial", (_D2, _CONSISTENCY)),
    # The teacher's features are not cached, so it runs along.
    Variant(
        "feature",
        "+ feature constraint",
        "consistency",
        (_D2, _CONSISTENCY, _FEATURE),
        changes=(("teacher", "frozen"),),
    ),
    Variant("d3", "+ D3 (student against teacher)", "consistency", _ALL),
    Variant("synthetic", "+ synthetic defocus", "d3", _ALL, synthetic=True),
    Variant(
        "strong_augmentation",
        "+ zoom to 1.5, shift to 0.12",
        "d3",
        _ALL,
        changes=(("augment_zoom", 1.5), ("augment_shift", 0.12)),
    ),
    Variant(
        "focus_iou",
        "IoU of what is in focus, weight 1.5, for that of both classes",
        "d3",
        _ALL,
        changes=(("iou_weight", 0.0), ("focus_iou_weight", 1.5)),
    ),
    Variant("conv_decoder", "conv decoder", "d3", _ALL, changes=(("student_decoder", "conv"),)),
    Variant("light_iou", "IoU weight 0.25", "d3", _ALL, changes=(("iou_weight", 0.25),)),
)


def find_variants(names=()):
    """The variants of some names, in the table's order; all for no names.

    Raises:
        ValueError: If there is no such variant.
    """
    known = [variant.name for variant in VARIANTS]
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise ValueError(f"Unknown variants. Received: {unknown}. Allowed: {', '.join(known)}.")
    return [variant for variant in VARIANTS if not names or variant.name in names]


def configure(variant, recipe, seed, synthetic_dir=""):
    """The run of one variant and seed.

    Args:
        variant: A `Variant`.
        recipe: The `DistillRun` that all variants are made from; its output_dir is the folder of all runs.
        seed: Seed of the run.
        synthetic_dir: Data set of synthetic defocus.

    Returns:
        A `DistillRun`.

    Raises:
        ValueError: If the variant needs what the recipe lacks.
    """
    lacking = [term for term in variant.terms if not getattr(recipe.losses, term)]
    if lacking:
        raise ValueError(f"Variant {variant.name} needs a weight. Received: 0 for --{', --'.join(lacking)}.")
    changes = {term: 0.0 for term in TERMS if term not in variant.terms} | dict(variant.changes)
    if changes.get("teacher") == "frozen" and not recipe.teacher.teacher_weights:
        raise ValueError(
            f"Variant {variant.name} runs the teacher. Received: --teacher_weights=''. "
            "Allowed: a saved teacher, or leave the variant out with --variants."
        )
    if variant.synthetic:
        if not synthetic_dir:
            raise ValueError(
                f"Variant {variant.name} needs synthetic data. Received: --synthetic_dir=''. "
                "Allowed: a folder made by trainers.synthesize, or leave the variant out with --variants."
            )
        changes["data_dir"] = (*recipe.data.data_dir, synthetic_dir)
    folder = f"{recipe.run.output_dir}/{variant.name}/seed{seed}"
    return with_options(recipe, changes | {"seed": seed, "output_dir": folder})


def with_options(config, changes):
    """A run's configuration with some options, named as their flags, set differently.

    Args:
        config: A `DistillRun` or `TeacherRun`.
        changes: Dict option -> value.

    Raises:
        ValueError: If there is no such option.
    """
    groups, left = {}, dict(changes)
    for group in dataclasses.fields(config):
        options = getattr(config, group.name)
        names = {field.name for field in dataclasses.fields(options)} & set(changes)
        groups[group.name] = dataclasses.replace(options, **{name: left.pop(name) for name in names})
    if left:
        raise ValueError(f"No such options. Received: {sorted(left)}.")
    return type(config)(**groups)


def as_flags(config):
    """A run's configuration as lines of a flagfile, one per option that is not at its default."""
    lines = []
    for group in dataclasses.fields(config):
        options = getattr(config, group.name)
        for field in dataclasses.fields(options):
            value = getattr(options, field.name)
            if value != field.default:
                lines.append(f"--{field.name}={_text(value)}")
    return lines


def _text(value):
    if isinstance(value, tuple):
        return ",".join(str(item) for item in value)
    return str(value).lower() if isinstance(value, bool) else str(value)
