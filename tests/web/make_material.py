"""What the browser test compares with: models, photographs, and the maps that BlurDetector gives.

`python tests/web/make_material.py FOLDER` writes the photographs as FOLDER/photos, resized pixels as
FOLDER/resized.json and, for each model, its golden folder FOLDER/NAME with FOLDER/NAME/maps/STEM.png. The two
small models are made on the spot from random weights; the bundled model is a third.
"""

import json
import sys
from pathlib import Path

import numpy as np

from tflite.golden import make

IMAGE_SIZE = (96, 128)
ORIENTATION_TAG, TURNED_RIGHT = 0x0112, 6


def main(folder):
    """Writes everything; what is there already is kept."""
    photos = write_photos(folder / "photos")
    write_resized(folder / "resized.json", photos[0])
    models = write_models(folder)
    for model in models:
        make.run(make.MakeConfig(str(model), str(model.parent), with_model=False))
        write_maps(model, photos)
        print(f"{model.parent.name}: {model.stat().st_size / 1e6:.2f} MB")


def write_photos(folder):
    """A JPEG, a JPEG that its EXIF tag turns, a large PNG, one smaller than the input, a long and low one."""
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
    from dbdgan_tf.data.image_io import read_image, resize

    picture = resize(read_image(photo), (24, 36))
    sizes = [picture.shape[:2], (11, 17), (13, 13), (60, 90), (31, 50), (28, 20), (20, 50)]
    cases = [
        {"height": height, "width": width, "pixels": resize(picture, (height, width)).ravel().tolist()}
        for height, width in sizes
    ]
    path.write_text(json.dumps(cases))


def write_models(folder):
    """The small models, and a copy of the bundled one."""
    from dbdgan_tf.inference.bundled import bundled_model

    models = [folder / name / "model.tflite" for name in ("float32", "int8", "bundled")]
    if not all(model.exists() for model in models):
        convert_small(folder, models[:2])
        models[2].parent.mkdir()
        models[2].write_bytes(bundled_model().read_bytes())
    return models


def convert_small(folder, models):
    """Converts a nano student of random weights whose map spreads over 0..1."""
    import keras

    from dbdgan_tf.conversion import ConversionConfig, convert
    from dbdgan_tf.models.serialization import save_network
    from dbdgan_tf.models.student import StudentConfig, build_student

    keras.utils.set_random_seed(3)
    config = StudentConfig(encoder="efficientnet_lite_nano", image_size=IMAGE_SIZE)
    student = build_student(config)
    spread_logits(student, config, folder / "photos" / "cat.jpg")
    save_network(str(folder / "nano"), student, config)
    for model, (variant, io) in zip(models, [("float32", "float32"), ("int8", "uint8")], strict=True):
        convert(
            ConversionConfig(
                checkpoint=str(folder / "nano"),
                output=model.name,
                variant=variant,
                io=io,
                representative_dir=str(folder / "photos") if variant == "int8" else None,
                placeholder=True,
            )
        ).save(model)


def spread_logits(student, config, photo):
    """Scales and shifts the last layer so that the logits of a photograph have mean 0 and deviation 2."""
    import keras

    from dbdgan_tf.data.image_io import read_image, resize

    image = config.input_scaling.apply(resize(read_image(photo), IMAGE_SIZE)[None].astype(np.float32))
    logits = np.asarray(keras.Model(student.inputs, student.get_layer("logits").output)(image))
    gain = 2 / max(float(logits.std()), 1e-6)
    head = student.get_layer("head_conv")
    kernel, bias = head.get_weights()
    head.set_weights([kernel * gain, (bias - logits.mean()) * gain])


def write_maps(model, photos):
    """The maps of the photographs."""
    from dbdgan_tf import BlurDetector
    from dbdgan_tf.data.image_io import write_map

    detector = BlurDetector(model)
    for photo in photos:
        write_map(model.parent / "maps" / f"{photo.stem}.png", detector(photo).blur_map)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
