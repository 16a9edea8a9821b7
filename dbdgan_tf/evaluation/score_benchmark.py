"""Does the score tell sharp from soft, and does it rank? Versions of sharp photographs, and partners."""

import collections

import cv2
import numpy as np
from scipy import stats

from dbdgan_tf.data.drawing import scene_of
from dbdgan_tf.evaluation.degradations import (
    CURVE_RADII,
    Version,
    blurred,
    disc,
    motion_kernel,
    text_page,
    versions,
)
from dbdgan_tf.metrics.markdown import markdown_table
from dbdgan_tf.photo import read_image, read_mask_uint8
from dbdgan_tf.sharpness import score

SHARP = ("sharp", "sharp, noise", "sharp, half size", "sharp, JPEG 50")
COLUMNS = ("sharpness", "edge_px", "sharp_up_to", "in_focus", "laplacian", "tenengrad")
# Thinner edges are sharper.
_SMALLER_IS_SHARPER = {"edge_px"}
_LEAST_REGION = 24
_PAGE_BLURS, _MEDIANS = (0, 2, 8), ("sharp_up_to", "edge_px")


def measure(photographs, detector, seed=0):
    """Scores every version of every sharp photograph: by name the score's fields, and what compares."""
    found = []
    for number, path in enumerate(photographs):
        image, rng = read_image(path), np.random.default_rng((seed, number))
        made = [*versions(image, rng), *(Version(f"curve {r}", disc(image, r), r / 2) for r in CURVE_RADII)]
        found.append({version.name: _row(version, detector) for version in made})
    return found


def measure_pages(detector):
    """Scores pages of text; as `measure` for one photograph."""
    page = text_page()
    made = [Version("page", page)]
    for sigma in _PAGE_BLURS[1:]:
        made.append(Version(f"page, sigma {sigma}", cv2.GaussianBlur(page, (0, 0), sigma), sigma, "defocus"))
    return {version.name: _row(version, detector) for version in made}


def count_partners(samples, detector):
    """(right, compared) regions in focus of 48 px, which must beat the same scene focused elsewhere."""
    scenes = collections.defaultdict(list)
    for sample in samples:
        scenes[scene_of(sample.stem)].append(sample)
    right = compared = 0
    for pair in (pair for pair in scenes.values() if len(pair) == 2):
        images = [read_image(sample.image) for sample in pair]
        for own, other, sample in ((0, 1, pair[0]), (1, 0, pair[1])):
            roi = _largest_square(read_mask_uint8(sample.mask, sample.polarity) == 0)
            if roi is not None:
                in_focus, partner = (score(images[k], detector, roi=roi).sharpness for k in (own, other))
                right, compared = right + (in_focus > partner), compared + 1
    return right, compared


def summarize(found):
    """The figures of `measure`, JSON-ready; "auc" is column -> soft version -> sharp version -> AUC."""
    names = [name for name in found[0] if not name.startswith("curve")]
    soft = [name for name in names if name not in SHARP]
    kernels = [found[0][name]["kernel"] for name in names if name not in SHARP[1:]]
    values = [[row[name]["sharpness"] for name in names if name not in SHARP[1:]] for row in found]
    ranks = [-stats.spearmanr(sharpness, kernels).statistic for sharpness in values]
    return {
        "photographs": len(found),
        "auc": {c: {s: {g: _auc(found, c, g, s) for g in SHARP} for s in soft} for c in COLUMNS},
        "verdict": {name: _shares(found, name, "verdict") for name in names},
        "blur": {name: _shares(found, name, "blur") for name in names},
        "rank": float(np.mean(ranks)),
        "curve": {r: {c: _median(found, f"curve {r}", c) for c in _MEDIANS} for r in CURVE_RADII},
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
    curve = summary["curve"].items()
    rows = [[str(r), f"{row['sharp_up_to']:.0f}", f"{row['edge_px']:.2f}"] for r, row in curve]
    tables.append(markdown_table(["disc, radius px", "sharp_up_to, median", "edge_px, median"], rows))
    tables.append(f"Rank correlation of sharpness with the kernel: {summary['rank']:.3f}")
    return "\n\n".join(tables)


def _row(version, detector):
    grey = cv2.cvtColor(version.image, cv2.COLOR_RGB2GRAY)
    across, down = (cv2.Sobel(grey, cv2.CV_32F, x, 1 - x) for x in (1, 0))
    found = vars(score(version.image, detector)) | {"kernel": version.kernel, "true_blur": version.blur}
    found["laplacian"] = float(cv2.Laplacian(grey, cv2.CV_32F).var())
    return found | {"tenengrad": float((across * across + down * down).mean())}


def _column(found, name, column):
    values = [row[name][column] for row in found]
    worst = np.inf if column in _SMALLER_IS_SHARPER else 0
    values = np.array([worst if value is None else value for value in values], float)
    return -values if column in _SMALLER_IS_SHARPER else values


def _auc(found, column, sharp, soft):
    """Probability that a sharp version is ranked above a soft one, ties half."""
    wins = stats.mannwhitneyu(_column(found, sharp, column), _column(found, soft, column)).statistic
    return float(wins) / len(found) ** 2


def _shares(found, name, column):
    counts = collections.Counter(row[name][column] for row in found)
    return {answer: count / len(found) for answer, count in counts.items()}


def _median(found, name, column):
    return float(np.median(np.abs(_column(found, name, column))))


def _largest_square(region):
    """(x, y, width, height) in px of the largest square within a bool (H, W) region; None if too small."""
    distance = cv2.distanceTransform(np.pad(region, 1).astype(np.uint8), cv2.DIST_C, 3)[1:-1, 1:-1]
    y, x = np.unravel_index(distance.argmax(), distance.shape)
    reach = int(distance[y, x]) - 1
    side = 2 * reach + 1
    return (int(x) - reach, int(y) - reach, side, side) if reach >= _LEAST_REGION else None


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
