"""When a photograph was taken."""

import datetime

from PIL import Image

_EXIF, _TAKEN, _FRACTION, _CHANGED = 0x8769, 0x9003, 0x9291, 0x0132


def read_time(path):
    """Seconds by the camera's clock, fractions included; None where the file does not tell."""
    try:
        with Image.open(path) as image:
            tags = Image.Image.getexif(image)
        exif = tags.get_ifd(_EXIF)
        text, fraction = exif.get(_TAKEN) or tags.get(_CHANGED), str(exif.get(_FRACTION, "")).strip()
        moment = datetime.datetime.strptime(text.strip("\0 "), "%Y:%m:%d %H:%M:%S")
    except Exception:
        # Whatever is wrong with it: it has no time.
        return None
    seconds = moment.replace(tzinfo=datetime.timezone.utc).timestamp()
    return seconds + (float(f"0.{fraction}") if fraction.isdecimal() else 0)
