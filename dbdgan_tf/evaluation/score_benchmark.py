"""Does the score tell sharp from soft, and does it rank? Versions of sharp photographs, and pages of text."""

import collections

import cv2
import numpy as np
from scipy import stats

from dbdgan_tf.evaluation.degradations import blurred, disc, motion_kernel, text_page, versions
from dbdgan_tf.metrics.markdown import markdown_table
from dbdgan_tf.photo import read_image
from dbdgan_tf.sharpness import score

SHARP = ("sharp", "sharp, noise", "sharp, half size", "sharp, JPEG 50")


def measure(photographs, detector, seed=0):
    """Scores every version of every sharp photograph, a list of dicts by version's name.

    A version has the score's fields and "laplacian", the variance of the Laplacian.
    """
    found = []
    for number, path in enumerate(photographs):
        made = versions(read_image(path), np.random.default_rng((seed, number)))
        found.append({name: _row(image, detector) for name, image in made})
    return found


def measure_pages(detector):
    """Verdicts on a page of text, as it is and behind a Gaussian of sigma 2 and 8 px."""
    page = text_page()
    pages = {"page": page} | {f"page, sigma {s}": cv2.GaussianBlur(page, (0, 0), s) for s in (2, 8)}
    return {name: score(image, detector).verdict for name, image in pages.items()}


def summarize(found):
    """The figures of `measure`, JSON-ready.

    "auc" (column -> soft version -> sharp version -> AUC), "verdict" and "blur" (version -> answer -> share).
    """
    names = list(found[0])
    soft = [name for name in names if name not in SHARP]
    return {
        "photographs": len(found),
        "auc": {
            column: {name: {good: _auc(found, column, good, name) for good in SHARP} for name in soft}
            for column in ("sharpness", "laplacian")
        },
        "verdict": {name: _shares(found, name, "verdict") for name in names},
        "blur": {name: _shares(found, name, "blur") for name in names},
    }


def format_summary(summary):
    """The figures as Markdown tables."""
    tables = []
    for column, by_soft in summary["auc"].items():
        rows = [[soft, *(f"{value:.3f}" for value in aucs.values())] for soft, aucs in by_soft.items()]
        tables.append(markdown_table([f"AUC of {column}", *(f"against {name}" for name in SHARP)], rows))
    answers = ("sharp", "soft", "uncertain"), ("none", "defocus", "motion")
    rows = []
    for name, verdicts in summary["verdict"].items():
        shares = [verdicts.get(answer, 0) for answer in answers[0]]
        shares += [summary["blur"][name].get(answer, 0) for answer in answers[1]]
        rows.append([name, *(f"{share:.2f}" for share in shares)])
    tables.append(markdown_table(["share of verdicts and blurs", *answers[0], *answers[1]], rows))
    return "\n".join(tables)


def _row(image, detector):
    laplacian = cv2.Laplacian(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.CV_32F).var()
    return vars(score(image, detector)) | {"laplacian": float(laplacian)}


def _auc(found, column, sharp, soft):
    """Probability that a sharp version is ranked above a soft one, ties half; no sharpness is the least."""
    values = ([row[name][column] or 0 for row in found] for name in (sharp, soft))
    return float(stats.mannwhitneyu(*values).statistic) / len(found) ** 2


def _shares(found, name, column):
    counts = collections.Counter(row[name][column] for row in found)
    return {answer: count / len(found) for answer, count in counts.items()}


_CROP, _ZOOM, _LINE = 160, 2, 24
_COLUMNS = ("verdict", "blur", "sharpness", "edge_px", "sharp_up_to")


def score_picture(image, detector):
    """Draws the middle of a photograph as it is, behind discs of radius 1, 2 and 4 px, and moved by 9 px."""
    versions = {"sharp": image} | {f"disc, radius {radius} px": disc(image, radius) for radius in (1, 2, 4)}
    versions["motion, 9 px"] = blurred(image, motion_kernel(9, 0))
    return np.hstack([_panel(name, version, score(version, detector)) for name, version in versions.items()])


def _panel(name, image, found):
    top, left = (side // 2 - _CROP // 2 for side in image.shape[:2])
    crop = image[top : top + _CROP, left : left + _CROP]
    crop = cv2.resize(crop, None, fx=_ZOOM, fy=_ZOOM, interpolation=cv2.INTER_NEAREST)
    lines = [name]
    for column in _COLUMNS:
        value = getattr(found, column)
        lines.append(f"{column}: {value:.2f}" if isinstance(value, float) else f"{column}: {value}")
    text = np.full((_LINE * len(lines) + 12, crop.shape[1], 3), 255, np.uint8)
    for number, line in enumerate(lines):
        place = (6, _LINE * number + 20)
        cv2.putText(text, line, place, cv2.FONT_HERSHEY_SIMPLEX, 0.6, (30, 30, 30), 1, cv2.LINE_AA)
    return np.vstack([crop, text])
