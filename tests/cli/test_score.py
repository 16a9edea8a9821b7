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
    """in/sharp.png (640 px, dark: in focus), in/sub/soft.png (bright: blurred), in/flat.png."""
    root = tmp_path / "in"
    (root / "sub").mkdir(parents=True)
    cv2.imwrite(str(root / "sharp.png"), detail())
    cv2.imwrite(str(root / "sub/soft.png"), cv2.GaussianBlur(detail() + 190, (0, 0), 3))
    cv2.imwrite(str(root / "flat.png"), np.full((300, 400, 3), 10, np.uint8))
    return root


def detail():
    field = np.random.default_rng(0).integers(0, 60, (60, 80, 3), np.uint8)
    return cv2.resize(field, (640, 480), interpolation=cv2.INTER_NEAREST)


def table(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_table(call, model, folder):
    result = call("score", folder, "--model", model)
    assert result.exit_code == 0, result.stderr
    title, flat, sharp, soft = result.stdout.splitlines()
    assert title.split() == "verdict sharpness edge px sharp up to blur in focus photo".split()
    assert flat.split() == ["uncertain", "0.00", "0", "none", "100.0", "%", str(folder / "flat.png")]
    assert sharp.split() == ["sharp", "0.83", "1.8", "640", "none", "100.0", "%", str(folder / "sharp.png")]
    assert soft.split()[::7] == ["soft", str(folder / "sub/soft.png")] and " defocus     0.0 %" in soft


def test_csv_and_json_lines_agree(call, model, folder):
    (folder / "bad.jpg").write_bytes(b"")
    out = folder.parent / "s.csv"
    result = call("score", folder, "--format", "csv", "-o", out, "--model", model)
    assert result.exit_code == 1 and "1 of 4 failed" in result.stderr and result.stdout == ""
    objects = call("score", folder, "--format", "jsonl", "--model", model).stdout
    rows, objects = table(out.read_text()), list(map(json.loads, objects.splitlines()))
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
def test_order(call, model, folder, options, names):
    text = call("score", folder, "--format", "csv", "--model", model, *options).stdout
    assert [os.path.basename(row["path"]) for row in table(text)] == names


def test_roi_and_sharp_at(call, model, tmp_path):
    photo = detail()
    photo[:240, :320] = cv2.GaussianBlur(photo[:240, :320], (0, 0), 2)
    cv2.imwrite(str(tmp_path / "p.png"), photo)

    def score(*options):
        result = call("score", tmp_path / "p.png", "--format", "jsonl", "--model", model, *options)
        return json.loads(result.stdout)

    assert score()["verdict"] == score("--roi", "320,240,320,240")["verdict"] == "sharp"
    assert score("--roi", "0.5,0.5,0.5,0.5")["verdict"] == "sharp"
    soft = score("--roi", "0,0,320,240")
    assert soft["verdict"] == "soft" and 200 < soft["sharp_up_to"] < 330 and soft["width"] == 640
    assert score("--roi", "0,0,320,240", "--sharp-at", "200")["verdict"] == "sharp"
    assert call("score", tmp_path / "p.png", "--roi", "1,2,3", "--model", model).exit_code == 2
    outside = call("score", tmp_path / "p.png", "--roi", "700,0,9,9", "--model", model)
    assert outside.exit_code == 1 and "outside of the photograph" in outside.stderr


def test_jpegs_are_judged_at_their_own_size(call, model, tmp_path):
    large = np.tile(detail(), (2, 2, 1))
    cv2.imwrite(str(tmp_path / "sharp.jpg"), large)
    cv2.imwrite(str(tmp_path / "soft.jpg"), cv2.GaussianBlur(large, (0, 0), 2))
    text = call("score", tmp_path, "--format", "csv", "--model", model).stdout
    assert [row["verdict"] for row in table(text)] == ["sharp", "soft"]


def listing(root):
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if not path.is_dir())


SORTED = ["sharp/sharp.png", "soft/sub/soft.png", "uncertain/flat.png"]


@pytest.mark.parametrize("way", ["copy", "link", "move"])
def test_sorting_loses_nothing(call, model, folder, tmp_path, way):
    before = {path: (folder / path).read_bytes() for path in listing(folder)}
    out = tmp_path / "sorted"
    options = ("--sort-into", out, "--transfer", way, "--model", model)
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
    options = ("--sort-into", tmp_path / "sorted", "--transfer", "move", "--dry-run", "--xmp")
    result = call("score", folder, *options, "--model", model)
    assert result.exit_code == 0 and "would move" in result.stderr and "would write" in result.stderr
    assert not (tmp_path / "sorted").exists() and len(listing(folder)) == 3


def test_sorting_never_replaces_another_file(call, model, folder, tmp_path):
    taken = tmp_path / "sorted/sharp/sharp.png"
    taken.parent.mkdir(parents=True)
    taken.write_bytes(b"another photograph")
    options = ("--sort-into", tmp_path / "sorted", "--transfer", "move", "--xmp", "--model", model)
    assert call("score", folder, *options).exit_code == 0
    assert taken.read_bytes() == b"another photograph"
    assert cv2.imread(str(taken.with_name("sharp (2).png"))).shape == (480, 640, 3)
    # Sidecars move along.
    assert {"sharp/sharp (2).xmp", "soft/sub/soft.xmp"} <= set(listing(tmp_path / "sorted"))
    assert listing(folder) == []


def test_moving_between_disks_proves_the_copy_first(folder, tmp_path, monkeypatch):
    from dbdgan_tf.cli import sorting
    from dbdgan_tf.photo.search import FoundPhoto

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
        assert result.exit_code == 1 and "is no XMP" in result.stderr
    assert foreign.read_text() == "<edits of another program/>"
    expected = {"about": "", "CreatorTool": "dbdgan", "Rating": "5", "Label": "sharp"}
    assert stars(folder / "sharp.xmp") == expected
    assert stars(folder / "sub/soft.xmp")["Rating"] == "2"


def test_a_reader_that_leaves(command_line, model, folder):
    read, write = os.pipe()
    os.close(read)
    process = command_line("score", folder, "--model", model, stdout=write)
    os.close(write)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1 and b"Traceback" not in err and b"Exception" not in err


def test_names_with_newlines_and_commands(command_line, model, folder):
    name = "a\nb\x1b[31m,c.png"
    (folder / "sharp.png").rename(folder / name)
    outputs = {}
    for kind in ("csv", "jsonl", "table"):
        process = command_line("score", folder, "--format", kind, "-o", "-", "--model", model)
        outputs[kind] = process.communicate(timeout=60)[0].decode()
    assert str(folder / name) in [row["path"] for row in table(outputs["csv"])]
    assert str(folder / name) in [json.loads(line)["path"] for line in outputs["jsonl"].splitlines()]
    assert "a\\nb\\x1b[31m,c.png" in outputs["table"]
    assert not os.path.exists("-")


def test_output_through_a_link(call, model, folder, tmp_path):
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    assert (
        call("score", folder, "--format", "csv", "-o", tmp_path / "link.csv", "--model", model).exit_code == 0
    )
    assert (tmp_path / "link.csv").is_symlink() and len(table((tmp_path / "real.csv").read_text())) == 3
