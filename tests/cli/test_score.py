"""dbdgan score: the three outputs, sorting without loss, sidecars."""

import csv
import io
import json
import os
import xml.etree.ElementTree

import cv2
import numpy as np
import pytest


@pytest.fixture
def folder(tmp_path):
    """in/sharp.png (dark: in focus), in/sub/soft.png (bright: blurred), in/flat.png."""
    root = tmp_path / "in"
    (root / "sub").mkdir(parents=True)
    detail = np.random.default_rng(0).integers(0, 60, (120, 160, 3), np.uint8)
    detail = cv2.resize(detail, (640, 480), interpolation=cv2.INTER_NEAREST)
    cv2.imwrite(str(root / "sharp.png"), detail)
    cv2.imwrite(str(root / "sub/soft.png"), detail + 190)
    cv2.imwrite(str(root / "flat.png"), np.full((300, 400, 3), 10, np.uint8))
    return root


def test_table(call, model, folder):
    result = call("score", folder, "--model", model)
    assert result.exit_code == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["in", "focus", "sharpness", "subject", "verdict", "photo"]
    assert [line.split()[-1] for line in lines[1:]] == [
        str(folder / p) for p in ("flat.png", "sharp.png", "sub/soft.png")
    ]
    assert "100.0 %" in lines[2] and " sharp " in lines[2]
    assert "0.0 %" in lines[3] and " soft " in lines[3]
    assert " uncertain " in lines[1]


def test_csv_and_json_lines_agree(call, model, folder):
    rows = list(
        csv.DictReader(io.StringIO(call("score", folder, "--format", "csv", "--model", model).stdout))
    )
    texts = call("score", folder, "--format", "jsonl", "--model", model).stdout.splitlines()
    objects = [json.loads(text) for text in texts]
    assert (
        [row["verdict"] for row in rows]
        == [item["verdict"] for item in objects]
        == ["uncertain", "sharp", "soft"]
    )
    assert [float(row["sharpness"]) for row in rows] == [item["sharpness"] for item in objects]
    assert (
        objects[1]["sharpness"] > 0.8
        and objects[1]["in_focus_share"] == 1
        and objects[0]["uncertain"] is True
    )


def test_output_file_and_bad_photographs(call, model, folder, tmp_path):
    (folder / "bad.jpg").write_bytes(b"")
    out = tmp_path / "s.csv"
    result = call("score", folder, "--format", "csv", "-o", out, "--model", model)
    assert result.exit_code == 1 and "1 of 4 failed" in result.stderr and result.stdout == ""
    assert len(out.read_text().splitlines()) == 4


def test_roi(call, model, tmp_path):
    photo = np.full((480, 640, 3), 230, np.uint8)
    photo[240:, 320:] = np.random.default_rng(0).integers(0, 60, (240, 320, 3))
    cv2.imwrite(str(tmp_path / "p.png"), photo)

    def subject(*options):
        result = call("score", tmp_path / "p.png", "--format", "jsonl", "--model", model, *options)
        return json.loads(result.stdout)["subject_focus"]

    assert subject("--roi", "320,240,320,240") > 0.9
    assert subject("--roi", "0.5,0.5,0.5,0.5") > 0.9
    assert subject("--roi", "0,0,320,240") < 0.1
    assert call("score", tmp_path / "p.png", "--roi", "1,2,3", "--model", model).exit_code == 2
    outside = call("score", tmp_path / "p.png", "--roi", "700,0,9,9", "--model", model)
    assert outside.exit_code == 1 and "outside of the photograph" in outside.stderr


def listing(root):
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if not path.is_dir())


SORTED = ["sharp/sharp.png", "soft/sub/soft.png", "uncertain/flat.png"]


@pytest.mark.parametrize("way", ["copy", "link", "move"])
def test_sorting_loses_nothing(call, model, folder, tmp_path, way):
    before = {path: (folder / path).read_bytes() for path in listing(folder)}
    out = tmp_path / "sorted"
    options = ("--sort-into", out, "--sort-by", way, "--model", model)
    assert call("score", folder, *options).exit_code == 0
    assert listing(out) == SORTED
    assert {path.split("/", 1)[1]: (out / path).read_bytes() for path in SORTED} == before
    assert listing(folder) == ([] if way == "move" else sorted(before))
    assert (out / SORTED[0]).is_symlink() == (way == "link")
    if way != "move":
        # Again: the very photographs are there already.
        assert call("score", folder, *options).exit_code == 0
        assert listing(out) == SORTED


def test_dry_run_touches_nothing(call, model, folder, tmp_path):
    options = (
        "--sort-into",
        tmp_path / "sorted",
        "--sort-by",
        "move",
        "--dry-run",
        "--xmp",
        "--model",
        model,
    )
    result = call("score", folder, *options)
    assert result.exit_code == 0 and "would move" in result.stderr and "would write" in result.stderr
    assert not (tmp_path / "sorted").exists() and len(listing(folder)) == 3


def test_sorting_never_replaces_another_file(call, model, folder, tmp_path):
    taken = tmp_path / "sorted/sharp/sharp.png"
    taken.parent.mkdir(parents=True)
    taken.write_bytes(b"another photograph")
    assert (
        call(
            "score", folder, "--sort-into", tmp_path / "sorted", "--sort-by", "move", "--model", model
        ).exit_code
        == 0
    )
    assert taken.read_bytes() == b"another photograph"
    assert cv2.imread(str(taken.with_name("sharp (2).png"))).shape == (480, 640, 3)


def test_moving_between_disks_proves_the_copy_first(folder, tmp_path, monkeypatch):
    from dbdgan_tf.cli import sorting
    from dbdgan_tf.cli.photo_search import FoundPhoto

    monkeypatch.setattr(sorting, "_rename", lambda *_: False)
    photo = FoundPhoto(folder / "sharp.png", folder.joinpath("sharp.png").relative_to(folder))
    content = photo.path.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(sorting.shutil, "copy2", lambda source, target: target.write_bytes(content[:-1]))
        with pytest.raises(OSError, match="stays where it is"):
            sorting.put(photo, tmp_path / "a", "move")
    assert photo.path.read_bytes() == content
    moved = sorting.put(photo, tmp_path / "b", "move")
    assert moved.read_bytes() == content and not photo.path.exists()


def stars(path):
    root = xml.etree.ElementTree.fromstring(path.read_bytes())
    about = next(root.iter("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}Description"))
    return {key.split("}")[1]: value for key, value in about.attrib.items()}


def test_sidecars(call, model, folder):
    foreign = folder / "flat.xmp"
    foreign.write_text("<edits of another program/>")
    for _ in range(2):
        result = call("score", folder, "--xmp", "--model", model)
        assert result.exit_code == 1 and "belongs to another program" in result.stderr
    assert foreign.read_text() == "<edits of another program/>"
    assert stars(folder / "sharp.xmp") == {
        "about": "",
        "CreatorTool": "dbdgan",
        "Rating": "5",
        "Label": "sharp",
    }
    assert stars(folder / "sub/soft.xmp")["Rating"] == "1"


def test_sidecars_move_along(call, model, folder, tmp_path):
    out = tmp_path / "sorted"
    assert (
        call("score", folder, "--xmp", "--sort-into", out, "--sort-by", "move", "--model", model).exit_code
        == 0
    )
    assert "sharp/sharp.xmp" in listing(out) and "soft/sub/soft.xmp" in listing(out)
    assert listing(folder) == []


def test_a_reader_that_leaves(command_line, model, folder):
    read, write = os.pipe()
    os.close(read)
    process = command_line("score", folder, "--model", model, stdout=write)
    os.close(write)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1 and b"Traceback" not in err and b"Exception" not in err
