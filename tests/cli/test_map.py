"""dbdgan map: files, folders, globs, streams and what is written."""

import io
import math

import cv2
import numpy as np
import pytest
from PIL import Image

from dbdgan_tf.inference.detector import Detectors
from dbdgan_tf.inference.rendering import Rendering, map_photo
from dbdgan_tf.photo import load_photo


def read(path):
    return cv2.imread(str(path), cv2.IMREAD_UNCHANGED)


@pytest.fixture
def tree(tmp_path, picture):
    """in/{a.jpg, b.png, .hidden.jpg, notes.txt, deep/er/c.webp}"""
    root = tmp_path / "in"
    (root / "deep/er").mkdir(parents=True)
    (root / "a.jpg").write_bytes(picture(250))
    (root / "b.png").write_bytes(picture(0, kind="PNG", size=(33, 21)))
    (root / "deep/er/c.webp").write_bytes(picture(127, kind="WEBP"))
    (root / ".hidden.jpg").write_bytes(picture(0))
    (root / "notes.txt").write_text("no photo")
    return root


def written(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_folder_keeps_its_tree(call, tree, tmp_path):
    assert call("map", tree, tmp_path / "out", "--threads", "2").exit_code == 0
    assert written(tmp_path / "out") == ["a.png", "b.png", "deep/er/c.png"]
    assert read(tmp_path / "out/b.png").shape == (21, 33)
    assert read(tmp_path / "out/a.png").min() > 250 > 2 > read(tmp_path / "out/b.png").max()


def test_glob(call, tree, tmp_path):
    assert call("map", tree / "**/*.webp", tmp_path / "out").exit_code == 0
    assert written(tmp_path / "out") == ["deep/er/c.png"]
    for source, out in ((tree / "*.xyz", tmp_path / "none"), (tmp_path / "typo.jpg", tmp_path / "g.png")):
        assert call("map", source, out).exit_code == 1 and not out.exists()


@pytest.mark.parametrize(("names", "target"), [("a.jpg b.png", "new"), ("a.jpg", "new/"), ("a.jpg", "old")])
def test_files_go_into_a_folder(call, tree, tmp_path, names, target):
    (tmp_path / "old").mkdir()
    words = [*(tree / name for name in names.split()), f"{tmp_path}/{target}"]
    assert call("map", *words).exit_code == 0
    assert written(tmp_path / target) == [f"{name[0]}.png" for name in names.split()]


def test_stream(ended, picture):
    code, out, told = ended("map", "-", "-", stdin=picture(127))
    assert code == 0, told
    image = np.asarray(Image.open(io.BytesIO(out)))
    assert image.shape == (40, 60) and image.dtype == np.uint8
    # The tiny model on a flat picture of middle grey: sigmoid(-1).
    assert np.all(np.abs(image - 255 / (1 + math.e)) <= 1)


@pytest.fixture
def draw(call, tmp_path):
    """Output and pixels of a photograph, sharp (dark) on the left, blurred (bright) on the right."""
    photo = np.tile(np.linspace(60, 220, 192, dtype=np.uint8), (128, 1))
    cv2.imwrite(str(tmp_path / "ramp.png"), photo)

    def run(*options):
        assert call("map", tmp_path / "ramp.png", tmp_path / "o.png", "--overwrite", *options).exit_code == 0
        return read(tmp_path / "o.png"), photo

    return run


def test_mask_threshold(draw):
    masks = [draw("--format", "mask", "--threshold", limit)[0] for limit in ("0", "0.2", "0.5", "0.8", "1")]
    assert all(set(np.unique(mask)) <= {0, 255} for mask in masks)
    shares = [mask.mean() / 255 for mask in masks]
    assert shares[0] == 1 and shares == sorted(set(shares), reverse=True)
    # One half is passed where 6 (level - 127) / 128 = 1, at level 148.
    assert shares[2] == pytest.approx((220 - 148.3) / 160, abs=0.02)


@pytest.mark.parametrize("scale", ["whole", "native"])
def test_conservative_masks_hold_the_plain_ones(draw, scale):
    strict = draw("--format", "mask", "--scale", scale, "--threshold", "0.2")[0] > 0
    safe = draw("--format", "mask", "--scale", scale, "--conservative")[0] > 0
    assert np.all(safe[strict]) and safe.sum() > strict.sum()


def test_a_strict_threshold_is_one_of_the_calibrated_probability(flat_models, picture, tmp_path):
    path, photo = tmp_path / "model.tflite", picture(120)
    path.write_bytes(flat_models.grey_model(temperature=2.0))
    # At temperature 2 an output of 1/17 says 1/5: the odds 1:16 have the root 1:4.
    made, given = (
        map_photo(photo, Detectors(path), Rendering("mask", limit, conservative=True))
        for limit in (None, 1 / 17)
    )
    assert made == given
    strict = Rendering("cutout", conservative=True, temperature=2.0)
    assert strict.limit == pytest.approx(1 / 17)
    cutout = strict.draw(np.zeros((8, 8), np.float32), load_photo(photo))
    assert (cutout[..., 3] == 255).all()


def test_white_focus_inverts(draw):
    assert np.array_equal(draw("--white", "focus")[0], 255 - draw()[0])


def test_overlay_outlines_the_focus(draw):
    out = draw("--format", "overlay")[0][..., ::-1]
    assert out.shape == (128, 192, 3)
    outline = np.abs(out.astype(int) - (255, 220, 120)).sum(2) < 30
    # The border of the focus lies near level 148: column 106.
    assert 100 <= np.flatnonzero(outline[64])[-1] <= 112


def test_cutout_keeps_the_subject_and_fades(call, draw, tmp_path):
    out, photo = draw("--format", "cutout")
    assert np.array_equal(out[..., 0], photo)
    # Opaque where the map is below 0.4, clear above 0.6: levels 139 and 157.
    alpha = out[64, :, 3]
    assert alpha[photo[64] < 134].min() == 255 and alpha[photo[64] > 162].max() == 0
    assert np.abs(alpha[np.abs(photo[64].astype(int) - 148) <= 1] - 128.0).max() < 40
    result = call("map", tmp_path / "ramp.png", tmp_path / "c.jpg", "--format", "cutout")
    assert result.exit_code == 1 and "Transparency needs .png" in result.stderr


def test_side_by_side_and_endings(call, tree, tmp_path):
    options = ("--format", "side-by-side", "--max-side", "30")
    assert call("map", tree, tmp_path / "out", *options).exit_code == 0
    assert written(tmp_path / "out")[0] == "a_side-by-side.jpg"
    assert read(tmp_path / "out/a_side-by-side.jpg").shape == (20, 60, 3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("in", "in"), "another folder than IN"),
        (("in", "m.png"), "Several photographs go into a folder"),
        (("in/*.jpg", "m.png"), "Several photographs go into a folder"),
        (("in", "in/a.jpg"), "in/a.jpg, a file"),
        (("in/a.jpg", "m.xyz"), "Allowed: .jpg"),
        (("in/a.jpg", "m"), "no known extension"),
        (("in", "-"), "Only one photograph"),
        (("in/a.jpg", "-", "m.png"), "stdin"),
        (("in/a.jpg", "m.png", "--model", "b4"), "lite, lite_int8, lite_float16"),
        (("in/a.jpg", "m.png", "--threshold", "2"), "0<=x<=1"),
        (("in/a.jpg",), "Missing argument"),
    ],
)
def test_wrong_usage(call, tree, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    result = call("map", *arguments)
    assert result.exit_code == 2 and message in result.stderr
    assert written(tmp_path) == sorted(f"in/{name}" for name in written(tree))
