"""The model card: a template whose figures all come from files that commands wrote."""

import hashlib
import json
import string
from pathlib import Path

NOTHING = "Not given.\n"


class CardError(ValueError):
    """The template and what fills it do not fit."""


def fill_template(text, sections):
    """Puts sections into a template.

    Args:
        text: Text with $name or ${name} where sections go.
        sections: Dict name -> Markdown.

    Returns:
        The card.

    Raises:
        CardError: If the template names a section that does not exist, or leaves one out.
    """
    matches = string.Template.pattern.finditer(text)
    named = {match["named"] or match["braced"] for match in matches} - {None}
    if named != set(sections):
        raise CardError(
            f"The template does not name the card's sections. Received: {sorted(named)}. "
            f"Allowed: exactly {sorted(sections)}."
        )
    return string.Template(text).substitute(
        {name: section.rstrip("\n") for name, section in sections.items()}
    )


def markdown_table(head, rows):
    """A Markdown table of text cells."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def metrics_section(results, resamples=1000, seed=0):
    """Metrics of evaluations with the 95 % intervals of a bootstrap over images.

    Args:
        results: `EvaluationResult`s with both classes.
        resamples: Of the bootstrap.
        seed: Of the bootstrap.

    Returns:
        Markdown.

    Raises:
        CardError: If one was evaluated for one class only.
    """
    rows = []
    for result in results:
        if set(result.classes) != {"blur", "focus"}:
            raise CardError(
                f"{result.name} was evaluated for {', '.join(result.classes)} only. "
                "Allowed: python -m trainers.evaluate --positive=both."
            )
        metrics = result.metrics(resamples, seed)
        focus, blur = metrics["focus"], metrics["blur"]
        cells = [_with_interval(focus, "max_f"), _with_interval(blur, "max_f"), _with_interval(blur, "mae")]
        rows.append([result.name, str(blur["n"]), *cells, f"{focus['f_050']:.3f}", f"{blur['iou']:.3f}"])
    head = [
        "model",
        "images",
        "max F, in focus",
        "max F, blurred",
        "MAE",
        "F at 0.5, in focus",
        "IoU, blurred",
    ]
    return markdown_table(head, rows)


def files_section(paths):
    """Size and checksum of files.

    Args:
        paths: Files.

    Returns:
        Markdown.

    Raises:
        CardError: If one is not there.
    """
    missing = [str(path) for path in paths if not Path(path).is_file()]
    if missing:
        raise CardError(f"Files are missing. Received: {', '.join(missing)}.")
    rows = []
    for path in map(Path, paths):
        content = path.read_bytes()
        checksum = hashlib.sha256(content).hexdigest()
        rows.append([f"`{path.name}`", f"{len(content) / 1e6:.2f}", f"`{checksum}`"])
    return markdown_table(["file", "MB", "SHA-256"], rows) if rows else NOTHING


def networks_section(networks):
    """How networks were trained, from what was saved beside their weights.

    Args:
        networks: Dict role -> dict read from PREFIX.json.

    Returns:
        Markdown.
    """
    rows = []
    for role, content in networks.items():
        config, about = content["config"], content.get("metadata") or {}
        trained = about.get("config") or {}
        figures, seconds = about.get("validation") or {}, about.get("seconds")
        rows.append([
            role,
            config["encoder"],
            " x ".join(str(side) for side in config["image_size"]),
            str(about.get("epoch", "")),
            f"{seconds / 3600:.2f}" if seconds else "",
            str((trained.get("run") or {}).get("seed", "")),
            *(f"{figures[name]:.3f}" if name in figures else "" for name in ("max_f_focus", "mae")),
            f"`{about['git_revision']}`" if about.get("git_revision") else "",
        ])  # fmt: skip
    head = ["network", "encoder", "px", "epochs", "hours", "seed"]
    head += ["max F, in focus, held out", "MAE, held out", "revision"]
    return markdown_table(head, rows) if rows else NOTHING


def recipes_section(paths):
    """The flagfiles as they are."""
    parts = []
    for path in map(Path, paths):
        text = path.read_text(encoding="utf-8").rstrip("\n")
        parts.append(f"`configs/{path.name}`:\n\n```\n{text}\n```\n")
    return "\n".join(parts) or NOTHING


def uniform_section(reports):
    """What trainers.uniform_scenes found, one row per model."""
    rows = []
    for report in reports:
        shares, counts = report["mean_in_focus_share"], report["counts"]
        cells = [f"{shares[group]:.3f} ({counts[group]})" for group in ("sharp", "blurred")]
        rows.append([f"`{report['model']}`", *cells, "yes" if report["passed"] else "no"])
    bounds = reports[0]["bounds"] if reports else {"sharp": "", "blurred": ""}
    head = ["model", f"sharp, bound {bounds['sharp']}", f"blurred, bound {bounds['blurred']}", "kept"]
    return markdown_table(head, rows) if rows else NOTHING


def proof_section(proofs):
    """What scripts/prove_recipes.py saw: every recipe's terms at the start and at the end of a few steps.

    Args:
        proofs: List of dicts read from proof.json.

    Returns:
        Markdown.
    """
    rows = []
    for proof in proofs:
        terms = [
            f"{name} {proof['first'][name]:.3f} to {proof['last'][name]:.3f}"
            for name in proof["first"]
            if name.endswith(("_bce", "_iou")) or name in ("consistency", "feature")
        ]
        speed = proof["images_per_second"]
        rows.append([
            f"`configs/gpu_{proof['stage']}.flags`", str(proof["steps"]), ", ".join(terms),
            f"{speed:.2f}" if speed else "", f"{proof['peak_gib']:.1f}",
        ])  # fmt: skip
    head = ["recipe", "steps", "terms, first tenth to last tenth", "images/s", "peak GiB"]
    return markdown_table(head, rows) if rows else NOTHING


def failures_section(comparison, stems, picture, positive="blur"):
    """The worst images in words: their scores, and the picture that shows them.

    Args:
        comparison: `Comparison` whose first method the card is about.
        stems: Images, worst first.
        picture: Path of the picture as the card links it.
        positive: Class of the IoU.

    Returns:
        Markdown.
    """
    name = comparison.results[0].name
    scores = [comparison.scores_of(stem, positive)[name] for stem in stems]
    rows = [
        [f"`{stem}`", f"{score['mae']:.3f}", f"{score['iou']:.3f}"]
        for stem, score in zip(stems, scores, strict=True)
    ]
    return f"![Worst images]({picture})\n\n" + markdown_table(["image", "MAE", "IoU, blurred"], rows)


def read_json(path):
    """Reads a JSON file.

    Raises:
        CardError: If it is not there or no JSON.
    """
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise CardError(f"Cannot read a result. Received: {path} ({error}).") from error


def _with_interval(metrics, key):
    bounds = metrics.get("confidence_95", {}).get(key)
    return f"{metrics[key]:.3f}" + (" ({:.3f} to {:.3f})".format(*bounds) if bounds else "")
