"""A contact sheet: one HTML page with every photograph small, and its measured place at 100 %."""

import base64
import contextlib
import html
import json

from dbdgan_tf.atomic_file import replacing
from dbdgan_tf.cli.commands import FIELDS
from dbdgan_tf.cli.pipeline import printable
from dbdgan_tf.cli.score_output import NUMBERS
from dbdgan_tf.photo import encode, resize
from dbdgan_tf.sharpness.score import measured_place

_SMALL, _CROP = 256, 256
_PAGE = """<!doctype html><meta charset="utf-8"><title>dbdgan score</title>
<style>
body {{ font: 13px system-ui, sans-serif; margin: 1em; background: #222; color: #ddd }}
main {{ display: flex; flex-wrap: wrap; gap: 8px }}
figure {{ margin: 0; padding: 6px; background: #333; max-width: 520px; overflow-wrap: anywhere }}
div {{ display: flex; gap: 4px; align-items: center }}
.sharp b {{ color: #8d8 }} .soft b {{ color: #e99 }} .best {{ outline: 2px solid #fd8 }}
</style>
<p><label>Best first by <select>{options}</select></label>: small, and the measured place at 100 %.</p>
<main>
"""
_SCRIPT = """</main>
<script>
const main = document.querySelector("main"), numbers = %s;
const sort = (column) => [...main.children]
  .map((card) => [JSON.parse(card.dataset.row)[column], card])
  .sort(([a], [b]) => (a === null) - (b === null)
    || (numbers.includes(column) ? (column === "edge_px" ? a - b : b - a) : a < b ? -1 : a > b))
  .forEach(([, card]) => main.append(card));
document.querySelector("select").onchange = (event) => sort(event.target.value);
// A pixel of the photograph is one of the screen, however dense that is.
document.querySelectorAll(".crop").forEach((image) => { image.width /= devicePixelRatio });
</script>
"""


def pictures(measured, roi=None):
    """[small, crop]: base64 JPEGs of a `Measured` as a whole, and of its measured place at 100 %."""
    height, width = measured.photo.full_size
    scale = min(1, _SMALL / max(height, width))
    small = resize(measured.photo.pixels, (max(1, round(height * scale)), max(1, round(width * scale))))
    x, y = measured_place(measured.grey, measured.blur_map, roi)
    left, top = (max(0, min(at - _CROP // 2, side - _CROP)) for at, side in ((x, width), (y, height)))
    crop = measured.grey[top : top + _CROP, left : left + _CROP]
    return [base64.b64encode(encode(image, ".jpg", 85)).decode() for image in (small, crop)]


@contextlib.contextmanager
def contact_sheet(path):
    """Gives a function that adds a `Row`; the page appears whole at the end. None as path adds nothing."""
    if path is None:
        yield lambda row: None
        return
    with replacing(path) as partial, open(partial, "w", encoding="utf-8") as file:
        columns = ("sharpness", *(column for column in FIELDS if column != "sharpness"))
        file.write(_PAGE.format(options="".join(f"<option>{column}</option>" for column in columns)))
        yield lambda row: file.write(_card(row))
        file.write(_SCRIPT % json.dumps(NUMBERS))


def _card(row):
    values = {column: row.value(column) for column in FIELDS}
    values["path"] = printable(values["path"])
    text = row.error or ", ".join(
        f"{column} {values[column]}" for column in ("sharpness", *FIELDS[3:7]) if values[column] is not None
    )
    images = "".join(
        f'<img class="{name}" alt="" src="data:image/jpeg;base64,{data}">'
        for name, data in zip(("small", "crop"), row.pictures or ())
    )
    kind = f"{values['verdict'] or 'failed'}{' best' * bool(row.best)}"
    return (
        f'<figure class="{kind}" data-row="{html.escape(json.dumps(values))}"><div>{images}</div>'
        f"<figcaption><b>{kind}</b> {html.escape(values['path'])}<br>{html.escape(text)}</figcaption>"
        "</figure>\n"
    )
