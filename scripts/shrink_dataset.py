"""Copies a data set at a smaller size: photographs as JPEG, masks and region maps as PNG.

python scripts/shrink_dataset.py --source=DATA/cuhk/train --output_dir=OUT/train [--side=384] [--quality=90]
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
from absl import app, flags

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

FLAGS = flags.FLAGS
FOLDERS = ("images", "masks", "regions")


def define_flags():
    flags.DEFINE_string(
        "source", None, "Folder with images and, where there are any, masks or regions.", required=True
    )
    flags.DEFINE_string("output_dir", None, "Where the same folders go.", required=True)
    flags.DEFINE_integer("side", 384, "Longer side in pixels; smaller files keep their size.", lower_bound=32)
    flags.DEFINE_integer("quality", 90, "JPEG quality.", 1, 100)
    flags.DEFINE_integer("limit", 0, "Files of each folder; 0 for all.", lower_bound=0)


def shrink(source, target, side, quality):
    """Writes one file at most `side` pixels long; region numbers and masks get no new values."""
    labels = source.parent.name != "images"
    image = cv2.imread(str(source), cv2.IMREAD_UNCHANGED if labels else cv2.IMREAD_COLOR)
    if image is None:
        raise ValueError(f"Not a readable image. Received: {source}.")
    scale = min(1.0, side / max(image.shape[:2]))
    size = tuple(max(1, round(length * scale)) for length in image.shape[1::-1])
    image = cv2.resize(image, size, interpolation=cv2.INTER_NEAREST_EXACT if labels else cv2.INTER_AREA)
    options = (
        [cv2.IMWRITE_PNG_COMPRESSION, 9]
        if labels
        else [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_OPTIMIZE, 1]
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(target.with_suffix(".png" if labels else ".jpg")), image, options)


def run(source, output_dir, side, quality, limit=0):
    """Shrinks every folder of a data set; returns the number of files."""
    from dbdgan_tf.data.layouts import list_images

    source, output_dir = Path(source), Path(output_dir)
    jobs = [
        (path, output_dir / folder / path.name)
        for folder in FOLDERS
        for path in list_images(source / folder)[: limit or None]
    ]
    if not jobs:
        raise ValueError(f"Nothing to copy. Received: {source}. Allowed: a folder with {', '.join(FOLDERS)}.")
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda job: shrink(*job, side, quality), jobs))
    return len(jobs)


def main(argv):
    del argv
    try:
        count = run(FLAGS.source, FLAGS.output_dir, FLAGS.side, FLAGS.quality, FLAGS.limit)
    except (ValueError, OSError) as error:
        raise SystemExit(f"error: {error}") from error
    print(f"{FLAGS.output_dir}: {count} files")


if __name__ == "__main__":
    define_flags()
    app.run(main)
