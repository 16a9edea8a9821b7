"""Figures per kind of scene, from scores that are there already."""

from dbdgan_tf.data.uniform_scenes import read_groups
from dbdgan_tf.metrics.markdown import decimals, markdown_table

COLUMNS = {
    "max_f_focus": "max F, in focus", "max_f_blur": "max F, blurred", "mae": "MAE",
    "boundary_f": "boundary F", "accuracy": "pixel accuracy",
}  # fmt: skip
_ALIKE = tuple(COLUMNS)[2:]


def read_kinds(path, stems):
    """Dict kind -> those of `stems` that a list of lines `KIND STEM` counts to it, after "all" of them."""
    kinds = {kind: set(listed) & set(stems) for kind, listed in read_groups(path, None).items()}
    kinds = {kind: found for kind, found in kinds.items() if found}
    if not kinds or "all" in kinds:
        raise ValueError(
            f"{path} names no photograph that is scored, or a kind 'all'. Received: {sorted(kinds)}. "
            "Allowed: 'KIND STEM' of some of them."
        )
    return {"all": set(stems), **kinds}


def kind_figures(result, kinds):
    """JSON-ready dict kind -> n and those of `COLUMNS` whose class was scored.

    Args:
        result: `EvaluationResult` of all photographs, of several data sets by its `join`.
        kinds: dict kind -> stems, of which those without scores are passed over.
    """
    figures, first = {}, next(iter(result.classes))
    for kind, stems in kinds.items():
        chosen = [index for index, stem in enumerate(result.classes[first].stems) if stem in stems]
        if chosen:
            classes = {key: scores.rows(chosen) for key, scores in result.classes.items()}
            figures[kind] = {"n": len(chosen)}
            figures[kind] |= {f"max_f_{key}": float(one.curves().f.max()) for key, one in classes.items()}
            # The same for both classes.
            figures[kind] |= {name: classes[first].mean(name) for name in _ALIKE}
    return figures


def format_kinds(figures):
    """What `kind_figures` returns, as a Markdown table."""
    names = [name for name in COLUMNS if all(name in row for row in figures.values())]
    rows = [
        [kind.replace("_", " "), str(row["n"]), *(decimals(row[name], 3) for name in names)]
        for kind, row in figures.items()
    ]
    return markdown_table(["kind of scene", "n", *(COLUMNS[name] for name in names)], rows)
