"""An output knows what it was made from: what is up to date is skipped, what is not is made again."""

import shutil

import cv2
import numpy as np
import pytest
from PIL import Image

from dbdgan_tf.cli import origin


@pytest.fixture
def run(call, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def map_photos(*words):
        result = call("map", *words)
        return result.exit_code, result.stderr

    return map_photos


@pytest.fixture
def write(picture, tmp_path):
    """write({path: level}): flat photographs; dark ones are in focus."""

    def photos(levels):
        for path, level in levels.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_bytes(picture(level, kind="PNG"))

    return photos


def found(folder):
    return {
        path.name: "sharp" if cv2.imread(str(path), 0).mean() < 128 else "blurred"
        for path in sorted(folder.iterdir())
    }


def test_what_is_up_to_date_is_skipped_also_after_a_move(run, write):
    write({"in/a.png": 40, "in/deep/b.png": 40})
    assert "2 written" in run("in", "out")[1]
    assert "0 written to out, 2 were there already" in run("in", "out")[1]
    shutil.copytree("in", "elsewhere")
    assert "0 written to out, 2 were there already" in run("elsewhere", "out")[1]
    assert "2 written" in run("in", "out", "--overwrite")[1]
    write({"in/a.png": 250})
    assert "1 written" in run("in", "out")[1]
    assert cv2.imread("out/a.png", 0).mean() > 128


@pytest.mark.parametrize(
    "options",
    [("--max-side", "9"), ("--white", "focus"), ("--scale", "native"), ("--conservative",), ("--model", "m")],
)
def test_other_options_make_it_again(run, write, flat_models, options, tmp_path):
    (tmp_path / "m").write_bytes(flat_models.grey_model((16, 16)))
    write({"in/a.png": 40})
    run("in", "out")
    assert "1 written to out" in run("in", "out", *options)[1]
    assert "1 were there already" in run("in", "out", *options)[1]


@pytest.mark.parametrize(
    ("levels", "runs", "again"),
    [
        ({"c/a.jpg": 40, "c/a.png": 250}, ["c/*.jpg", "c/*.png"], "c"),
        ({"c/a.jpg": 40, "c/a.png": 80, "c/a.jpg.tif": 250}, ["c"], "c"),
        ({"c/a.jpg": 40, "c/A.png": 250}, ["c"], "c"),
        ({"t1/a.png": 40, "t2/a.png": 250}, ["t1 t2"], "t2 t1"),
    ],
)
def test_names_depend_on_nothing_else_that_is_mapped(run, write, tmp_path, levels, runs, again):
    write(levels)
    for sources in runs:
        run(*sources.split(), "o")
    before = found(tmp_path / "o")
    assert len(before) == len(levels) and set(before.values()) == {"sharp", "blurred"}
    assert f"0 written to o, {len(levels)} were there already" in run(*again.split(), "o")[1]
    assert found(tmp_path / "o") == before


def test_a_file_of_someone_else_is_kept_and_told(run, write, tmp_path):
    write({"in/a.png": 40, "in/b.png": 40})
    (tmp_path / "out").mkdir()
    (tmp_path / "out/a.png").write_bytes(b"mine")
    (tmp_path / "out/b.png").write_bytes(b"")
    code, told = run("in", "out")
    assert code == 1 and "1 written" in told and "out/a.png is there and was not made by dbdgan" in told
    assert (tmp_path / "out/a.png").read_bytes() == b"mine"
    assert run("in", "out", "--overwrite")[0] == 0
    assert found(tmp_path / "out") == {"a.png": "sharp", "b.png": "sharp"}


def test_one_file(run, write, tmp_path):
    write({"a.png": 40, "b.png": 250})
    for ending in ("png", "jpg"):
        assert run("a.png", f"m.{ending}")[0] == 0
        assert run("a.png", f"m.{ending}") == (0, f"m.{ending} exists; --overwrite makes it again.\n")
        for others in (("b.png",), ("a.png", "--white", "focus")):
            code, told = run(others[0], f"m.{ending}", *others[1:])
            assert code == 1 and "was not made from this photograph with these options" in told
    (tmp_path / "m.webp").write_bytes(b"mine")
    assert run("a.png", "m.webp")[0] == 1
    assert (tmp_path / "m.webp").read_bytes() == b"mine"


def test_links_lead_nothing_out_of_the_folder(run, write, tmp_path):
    write({"in/deep/a.png": 40, "in/b.png": 40})
    for folder in ("out", "away"):
        (tmp_path / folder).mkdir()
    (tmp_path / "out/deep").symlink_to(tmp_path / "away")
    (tmp_path / "out/b.png").symlink_to(tmp_path / "away/b.png")
    code, told = run("in", "out")
    assert code == 1 and "in/deep/a.png: a link leads its output out of the folder" in told
    assert not list((tmp_path / "away").iterdir())
    assert not (tmp_path / "out/b.png").is_symlink()


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_the_note_changes_no_pixel_and_tells_no_path(picture, tmp_path, kind):
    plain, out, secret = (tmp_path / name for name in ("plain", "out", "secret"))
    secret.write_bytes(b"photograph")
    plain.write_bytes(picture(kind=kind))
    out.write_bytes(origin.with_origin(plain.read_bytes(), secret, "settings"))
    noted = origin.read_origin(out)
    assert noted.describes(secret) and noted.settings == "settings" and b"secret" not in out.read_bytes()
    assert origin.read_origin(plain) is None
    assert np.array_equal(*(np.asarray(Image.open(path)) for path in (plain, out)))
