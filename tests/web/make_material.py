"""What the browser test compares with: models, photographs, and the maps that BlurDetector gives.

`python tests/web/make_material.py FOLDER` writes the photographs as FOLDER/photos, resized pixels as
FOLDER/resized.json, the drawn pictures of the golden vectors as FOLDER/scenes and, for each model, its
golden folder FOLDER/NAME with maps/STEM.png and scores.json:
the bundled models, and the small grey one of the tests.
"""

import dataclasses
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/inference")]
ORIENTATION_TAG, TURNED_RIGHT = 0x0112, 6


def main(folder):
    """Writes everything."""
    from dbdgan_tf.inference import BlurDetector
    from dbdgan_tf.photo import write_map
    from dbdgan_tf.sharpness import score
    from tflite.golden import make

    photos = write_photos(folder / "photos")
    write_resized(folder / "resized.json", photos[0])
    write_scenes(folder / "scenes")
    for model in write_models(folder):
        make.run(make.MakeConfig(str(model), str(model.parent), with_model=False))
        detector = BlurDetector(model)
        for photo in photos:
            write_map(model.parent / "maps" / f"{photo.stem}.png", detector(photo).blur_map)
        scores = {photo.name: dataclasses.asdict(score(photo, detector)) for photo in photos}
        (model.parent / "scores.json").write_text(json.dumps(scores))


def write_photos(folder):
    """A JPEG, a JPEG that its EXIF tag turns, a large PNG, one smaller than the input, a panorama."""
    import skimage.data
    from PIL import Image

    folder.mkdir(parents=True, exist_ok=True)
    cat = Image.fromarray(skimage.data.chelsea())
    cup = Image.fromarray(skimage.data.coffee())
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = TURNED_RIGHT
    cat.save(folder / "cat.jpg", quality=92)
    cup.save(folder / "turned.jpg", quality=92, exif=exif)
    cup.resize((1500, 1000), Image.Resampling.BICUBIC).save(folder / "large.png")
    cat.resize((90, 60), Image.Resampling.LANCZOS).save(folder / "small.png")
    cup.crop((0, 150, 600, 230)).save(folder / "low.png")
    return sorted(folder.iterdir())


def write_resized(path, photo):
    """A small picture at its own size, shrunk and enlarged by the library's rule."""
    from dbdgan_tf.photo import read_image, resize

    picture = resize(read_image(photo), (24, 36))
    sizes = [picture.shape[:2], (11, 17), (13, 13), (60, 90), (31, 50), (28, 20), (20, 50), (12, 18)]
    cases = [
        {"height": height, "width": width, "pixels": resize(picture, (height, width)).ravel().tolist()}
        for height, width in sizes
    ]
    path.write_text(json.dumps(cases))


def write_scenes(folder):
    """RGBA bytes."""
    import numpy as np

    from tflite.golden.vectors import VECTORS, draw

    folder.mkdir(exist_ok=True)
    for number, scene in enumerate(json.loads(VECTORS.read_text())["sharpness"]):
        rgb = draw(scene["width"], scene["height"], scene["blurs"], scene.get("noise", 0))
        (folder / f"{number}.rgba").write_bytes(np.pad(rgb, ((0, 0), (0, 0), (0, 1))).tobytes())


def write_models(folder):
    """Paths of the files."""
    from flat_models import grey_model

    from dbdgan_tf.inference.bundled import MODELS, bundled_model

    contents = {name: bundled_model(name).read_bytes() for name in MODELS}
    contents["grey"] = grey_model((96, 128), io="uint8", placeholder=True)
    for name, content in contents.items():
        (folder / name).mkdir(exist_ok=True)
        (folder / name / "model.tflite").write_bytes(content)
    return [folder / name / "model.tflite" for name in contents]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
