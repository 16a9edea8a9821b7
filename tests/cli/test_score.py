"""dbdgan score: the three outputs, sorting without loss, sidecars."""

import csv
import io
import json
import os

import cv2
import numpy as np
import pytest

from dbdgan_tf.cli import sorting
from dbdgan_tf.photo.search import FoundPhoto


@pytest.fixture
def folder(tmp_path, detail):
    """in/sharp.png (640 px, dark: in focus), in/sub/soft.png (bright: blurred), in/flat.png."""
    root = tmp_path / "in"
    (root / "sub").mkdir(parents=True)
    cv2.imwrite(str(root / "sharp.png"), detail())
    cv2.imwrite(str(root / "sub/soft.png"), detail(3) + 190)
    cv2.imwrite(str(root / "flat.png"), np.full((300, 400, 3), 10, np.uint8))
    return root


def table(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_table(call, folder):
    result = call("score", folder)
    assert result.exit_code == 0, result.stderr
    title, flat, sharp, soft = result.stdout.splitlines()
    assert title.split() == "verdict sharpness edge px sharp up to blur in focus photo".split()
    assert flat.split() == ["uncertain", "0.00", "0", "none", "100.0", "%", str(folder / "flat.png")]
    assert sharp.split() == ["sharp", "0.83", "1.8", "640", "none", "100.0", "%", str(folder / "sharp.png")]
    assert soft.split()[::7] == ["soft", str(folder / "sub/soft.png")] and " defocus     0.0 %" in soft


def test_csv_and_json_lines_agree(call, folder, tmp_path):
    (folder / "bad.jpg").write_bytes(b"")
    (tmp_path / "link.csv").symlink_to(tmp_path / "s.csv")
    result = call("score", folder, "--format", "csv", "-o", tmp_path / "link.csv")
    assert result.exit_code == 1 and "1 of 4 failed" in result.stderr and result.stdout == ""
    assert (tmp_path / "link.csv").is_symlink()
    objects = call("score", folder, "--format", "jsonl").stdout
    rows, objects = table((tmp_path / "s.csv").read_text()), list(map(json.loads, objects.splitlines()))
    columns = "path verdict sharpness edge_px sharp_up_to blur in_focus width height error".split()
    assert all(list(row) == columns for row in (*rows, *objects))
    texts = [{c: "" if item[c] is None else str(item[c]) for c in columns} for item in objects]
    assert texts == rows and len(rows) == 4
    assert [item["verdict"] for item in objects] == [None, "uncertain", "sharp", "soft"]
    assert "empty" in objects[0]["error"] and objects[2]["error"] == ""
    assert objects[1]["edge_px"] is None and objects[2]["width"] == 640 and objects[2]["height"] == 480


@pytest.mark.parametrize(
    "options, names",
    [
        (("--top", "2"), ["sharp.png", "soft.png"]),
        (("--sort-by", "edge_px"), ["sharp.png", "soft.png", "flat.png"]),
        (("--sort-by", "width", "--top", "1"), ["sharp.png"]),
        (("--sort-by", "verdict"), ["sharp.png", "soft.png", "flat.png"]),
    ],
)
def test_order(call, folder, options, names):
    text = call("score", folder, "--format", "csv", *options).stdout
    assert [os.path.basename(row["path"]) for row in table(text)] == names


def test_roi_and_sharp_at(call, detail, tmp_path):
    photo = detail()
    photo[:240, :320] = cv2.GaussianBlur(photo[:240, :320], (0, 0), 2)
    cv2.imwrite(str(tmp_path / "p.png"), photo)

    def score(*options):
        return json.loads(call("score", tmp_path / "p.png", "--format", "jsonl", *options).stdout)

    assert score()["verdict"] == score("--roi", "320,240,320,240")["verdict"] == "sharp"
    assert score("--roi", "0.5,0.5,0.5,0.5")["verdict"] == "sharp"
    soft = score("--roi", "0,0,320,240")
    assert soft["verdict"] == "soft" and 200 < soft["sharp_up_to"] < 330 and soft["width"] == 640
    assert score("--roi", "0,0,320,240", "--sharp-at", "200")["verdict"] == "sharp"
    assert call("score", tmp_path / "p.png", "--roi", "1,2,3").exit_code == 2
    outside = call("score", tmp_path / "p.png", "--roi", "700,0,9,9")
    assert outside.exit_code == 1 and "outside of the photograph" in outside.stderr


def listing(root):
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if not path.is_dir())


SORTED = ["sharp/sharp.png", "soft/sub/soft.png", "uncertain/flat.png"]


@pytest.mark.parametrize("way", ["copy", "link", "move"])
def test_sorting_loses_nothing(call, folder, tmp_path, way):
    before = {path: (folder / path).read_bytes() for path in listing(folder)}
    out = tmp_path / "sorted"
    # Copied or linked again, the very photographs are there already.
    for _ in range(1 if way == "move" else 2):
        assert call("score", folder, "--sort-into", out, "--transfer", way).exit_code == 0
        assert listing(out) == SORTED
    assert {path.split("/", 1)[1]: (out / path).read_bytes() for path in SORTED} == before
    assert listing(folder) == ([] if way == "move" else sorted(before))
    assert (out / SORTED[0]).is_symlink() == (way == "link")


def test_dry_run_touches_nothing(call, folder, tmp_path):
    options = ("--sort-into", tmp_path / "sorted", "--transfer", "move", "--xmp")
    result = call("score", folder, *options, "--dry-run")
    assert result.exit_code == 0 and "would move" in result.stderr and "would write" in result.stderr
    assert not (tmp_path / "sorted").exists() and len(listing(folder)) == 3


def test_moving_between_disks_proves_the_copy_first(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(sorting, "_rename", lambda *_: False)
    photo = FoundPhoto(folder / "sharp.png", "sharp.png")
    content = photo.path.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(sorting.shutil, "copy2", lambda source, target: target.write_bytes(content[:-1]))
        with pytest.raises(OSError, match="stays where it is"):
            sorting.put(photo, tmp_path / "a", "move")
    assert photo.path.read_bytes() == content
    moved = sorting.put(photo, tmp_path / "b", "move")
    assert moved.read_bytes() == content and not photo.path.exists()


@pytest.mark.parametrize("foreign", ["<edits of another program/>", "no XML"])
def test_sidecars(call, folder, foreign):
    (folder / "flat.xmp").write_text(foreign)
    for _ in range(2):
        result = call("score", folder, "--xmp")
        assert result.exit_code == 1 and "is no XMP" in result.stderr
    assert (folder / "flat.xmp").read_text() == foreign
    assert 'CreatorTool="dbdgan" xmp:Rating="5" xmp:Label="sharp"/>' in (folder / "sharp.xmp").read_text()
    assert 'xmp:Rating="2" xmp:Label="soft"' in (folder / "sub/soft.xmp").read_text()


def test_a_reader_that_leaves(ended, folder):
    read, write = os.pipe()
    os.close(read)
    code, *_ = ended("score", folder, stdout=write)
    os.close(write)
    assert code == 1


def test_names_with_newlines_and_commands(ended, folder):
    name = "a\nb\x1b[31m,c.png"
    (folder / "sharp.png").rename(folder / name)
    lines, objects, listed = (
        ended("score", folder, "--format", kind, "-o", "-")[1].decode() for kind in ("csv", "jsonl", "table")
    )
    assert str(folder / name) in [row["path"] for row in table(lines)]
    assert str(folder / name) in [json.loads(line)["path"] for line in objects.splitlines()]
    assert "a\\nb\\x1b[31m,c.png" in listed
    assert not os.path.exists("-")
