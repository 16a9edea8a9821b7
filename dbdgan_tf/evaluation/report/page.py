"""The HTML page: tables, curves, best and worst images, everything inside one file."""

import base64
import html
import io

import cv2

from dbdgan_tf.evaluation.plots import f_figure, pr_figure
from dbdgan_tf.evaluation.report.comparison import LOWER_IS_BETTER
from dbdgan_tf.evaluation.report.pictures import comparison_tiles, data_uri
from dbdgan_tf.evaluation.result import METRIC_NAMES
from dbdgan_tf.metrics.markdown import decimals
from dbdgan_tf.photo import read_image, read_mask
from dbdgan_tf.sharpness import score_pixels

CLASS_TITLES = {"blur": "Out of focus as the positive class", "focus": "In focus as the positive class"}
STYLE = """
:root { color-scheme: light; font: 15px/1.45 system-ui, sans-serif; color: #222; }
body { max-width: 1280px; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
.wide { overflow-x: auto; }
th, td { padding: .3rem .7rem; border-bottom: 1px solid #ddd; text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
td small { color: #777; display: block; }
.best { font-weight: 700; }
.curves img { max-width: 49%; }
.strip { display: flex; gap: .5rem; overflow-x: auto; margin-bottom: 1rem; }
figure { margin: 0; flex: none; }
figure img, figure .none { width: 230px; display: block; background: #eee; border: 1px solid #aaa; }
figure .none { height: 150px; }
figcaption { font-size: .8rem; color: #555; }
.note { color: #555; max-width: 60rem; }
"""


def build_page(comparison, title="Defocus blur detection", *, examples=6, sort_by="mae", resamples=1000):
    """The report as text that refers to no other file.

    `examples` is how many best and how many worst images to show, by the first method's per-image score
    `sort_by`; `resamples` are those of the bootstrap behind the intervals.
    """
    parts = [f"<h1>{html.escape(title)}</h1>", _introduction(comparison)]
    for positive in comparison.positives:
        parts.append(f"<h2>{CLASS_TITLES[positive]}</h2>")
        if not comparison.same_images:
            parts.append("<h3>Each method on all images it has a map for</h3>")
            parts.append(_table(comparison.rows(positive, False, resamples), mark_best=False))
            parts.append(f"<h3>The {len(comparison.stems)} images that every method has</h3>")
        parts.append(_table(comparison.rows(positive, True, resamples)))
        parts.append(_curves(comparison.curves(positive)))
    parts += _examples(comparison, examples, sort_by)
    head = f"<meta charset='utf-8'><title>{html.escape(title)}</title><style>{STYLE}</style>"
    return f"<!doctype html><html lang='en'><head>{head}</head><body>{''.join(parts)}</body></html>\n"


def _introduction(comparison):
    methods = ", ".join(html.escape(result.name) for result in comparison.results)
    return (
        f"<p class='note'>Methods: {methods}. Images in common: {len(comparison.stems)}. "
        "Maps are compared at the masks' own size. max_f is the maximum over thresholds 0..255 of F "
        "(beta² = 0.3) of precision and recall averaged over images; f_050 is the same at threshold 128. "
        "Small figures: 95 % bootstrap intervals over images. White in maps and masks is out of focus.</p>"
    )


def _table(rows, mark_best=True):
    head = "".join(f"<th>{name}</th>" for name in ("method", "n", *METRIC_NAMES, "threshold"))
    best = {}
    if mark_best and len(rows) > 1:
        for name in METRIC_NAMES:
            choose = min if name in LOWER_IS_BETTER else max
            known = [metrics[name] for _, metrics in rows if metrics[name] is not None]
            best[name] = decimals(choose(known, default=None))
    body = "".join(_row(name, metrics, best) for name, metrics in rows)
    return f"<div class='wide'><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"


def _row(name, metrics, best):
    cells = [f"<td>{html.escape(name)}</td><td>{metrics['n']}</td>"]
    intervals = metrics.get("confidence_95", {})
    for key in METRIC_NAMES:
        shown = decimals(metrics[key])
        mark = " class='best'" if shown and best.get(key) == shown else ""
        bounds = "<small>{:.3f}–{:.3f}</small>".format(*intervals[key]) if key in intervals else ""
        cells.append(f"<td{mark}>{shown}{bounds}</td>")
    return f"<tr>{''.join(cells)}<td>{metrics['max_f_threshold']}</td></tr>"


def _curves(curves):
    images = []
    for name, figure in (("Precision and recall", pr_figure(curves)), ("F-measure", f_figure(curves))):
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=110)
        data = base64.b64encode(buffer.getvalue()).decode()
        images.append(f"<img alt='{name}' src='data:image/png;base64,{data}'>")
    return f"<p class='curves'>{''.join(images)}</p>"


def _examples(comparison, count, sort_by):
    positive, maps = comparison.positives[0], comparison.map_files()
    ranked = comparison.ranked(positive, sort_by)
    count = min(count, len(ranked))
    first = html.escape(comparison.results[0].name)
    parts = []
    groups = (("Best", ranked[:count]), ("Worst", ranked[::-1][:count]))
    for word, stems in groups if count else ():
        parts.append(f"<h2>{word} images of {first}, by {sort_by} ({positive})</h2>")
        parts += [_strip(comparison, stem, positive, maps) for stem in stems]
    return parts


def _edges(comparison, stem):
    """Whether the photograph itself is sharp where it should be in focus: no map is to blame if it is not."""
    files = comparison.image_files(stem)
    grey = cv2.cvtColor(read_image(files["image"]), cv2.COLOR_RGB2GRAY)
    found = score_pixels(grey, read_mask(files["mask"], files["polarity"]))
    return "" if found.edge_px is None else f": {found.verdict}, edges {found.edge_px:.1f} px"


def _strip(comparison, stem, positive, maps):
    scores = comparison.scores_of(stem, positive)
    figures = []
    for title, pixels in comparison_tiles(comparison, stem, maps, width=230).items():
        caption = html.escape(title)
        if title in scores:
            caption += f": MAE {scores[title]['mae']:.3f}, IoU {scores[title]['iou']:.3f}"
        elif title == "photo":
            caption = html.escape(stem) + _edges(comparison, stem)
        picture = "<div class='none'></div>" if pixels is None else f"<img alt='' src='{data_uri(pixels)}'>"
        figures.append(f"<figure>{picture}<figcaption>{caption}</figcaption></figure>")
    return f"<div class='strip'>{''.join(figures)}</div>"
