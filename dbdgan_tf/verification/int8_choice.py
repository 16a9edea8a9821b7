"""Float, post-training int8 and quantization-aware int8 side by side on held-out images, and a choice."""

import shutil
import tempfile
from pathlib import Path

import numpy as np

from dbdgan_tf.atomic_file import write_json
from dbdgan_tf.command.child import run_module
from dbdgan_tf.metrics.markdown import markdown_table
from dbdgan_tf.training.validation import FIGURES, validate


def choose_int8(config, tuned):
    """Converts and scores a student's float, post-training and fine-tuned versions, and keeps an int8 file.

    PTQ scales depthwise kernels per channel, tfmot per tensor; so either may win. `config` is the `QatRun`,
    `tuned` the `FineTuned` of it, whose training photographs calibrate PTQ. Beside the fine-tuned student go:
    comparison/*.tflite, comparison.json, comparison.md and student_int8.tflite. Returns a dict: "candidates"
    (name to figures), "pick" (the flag), "picked" (a name).
    """
    folder = Path(tuned.prefix).parent
    files = _convert_all(config, folder / "comparison", tuned.prefix, tuned.training)
    rows = {name: _score(path, tuned.held_out) for name, path in files.items()}
    picked = choose(rows, config.qat.pick)
    result = {"candidates": rows, "pick": config.qat.pick, "picked": picked}
    for suffix in ("", ".json"):  # the model and the recipe beside it
        shutil.copyfile(f"{files[picked]}{suffix}", folder / f"student_int8.tflite{suffix}")
    table = format_markdown(result)
    write_json(folder / "comparison.json", result)
    (folder / "comparison.md").write_text(table, encoding="utf-8")
    print(table)
    return result


def choose(rows, pick):
    """The int8 candidate to keep; "best": the higher max_f_focus - mae, PTQ on a tie, being the simpler."""
    if pick != "best":
        return f"{pick}_int8"
    return max(("ptq_int8", "qat_int8"), key=lambda name: rows[name]["max_f_focus"] - rows[name]["mae"])


def format_markdown(result):
    """What `choose_int8` returns as a Markdown table."""
    rows = []
    for name, row in result["candidates"].items():
        figures = [f"{row[column]:.4f}" if column in row else "" for column in FIGURES]
        mark = "picked" if name == result["picked"] else ""
        rows.append([name, f"{row['bytes'] / 1e6:.2f}", *figures, mark])
    return markdown_table(["model", "MB", *FIGURES, ""], rows)


def _convert_all(config, folder, qat_prefix, training):
    checkpoint, count = config.qat.student_checkpoint, config.qat.calibration_images
    size = ",".join(map(str, config.data.image_size))
    with tempfile.TemporaryDirectory() as photos:
        _link_photographs(training, photos)
        calibration = f"--representative_dir={photos}", f"--representative_count={count}"
        return {
            "float32": _convert(checkpoint, folder / "float32.tflite", size, "float32"),
            "ptq_int8": _convert(checkpoint, folder / "ptq_int8.tflite", size, "int8", *calibration),
            "qat_int8": _convert(qat_prefix, folder / "qat_int8.tflite", size, "qat_int8"),
        }


def _link_photographs(dataset, folder):
    """Links the training photographs alone: held-out ones must not calibrate what they judge."""
    samples = getattr(dataset, "dataset", dataset).samples
    for index, sample in enumerate(samples):
        image = Path(sample.image).absolute()
        (Path(folder) / f"{index:05d}{image.suffix}").symlink_to(image)


def _convert(checkpoint, output, size, variant, *arguments):
    words = (f"--output={output}", f"--image_size={size}", f"--variant={variant}", *arguments)
    run_module("dbdgan_tf.conversion.converter", f"--checkpoint={checkpoint}", *words)
    return output


def _score(path, held_out):
    from dbdgan_tf.inference import BlurDetector

    detector = BlurDetector(str(path))

    def predict(images):
        return np.stack([detector.small_map(image) for image in images])[..., None]

    return {"bytes": path.stat().st_size, **(validate(predict, held_out) if held_out else {})}
