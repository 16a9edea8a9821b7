"""Culling with dbdgan score: lists, bursts, pairs, other programs' sidecars, stopped runs, contact sheets."""

import base64
import csv
import io
import json
import re
import signal
import time
from xml.etree.ElementTree import canonicalize

import cv2
import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def write(detail):
    """write(path, blur=0, taken=None, fraction=None): a photograph, taken at an EXIF time and 1/100 s."""

    def photo(path, blur=0.0, taken=None, fraction=None):
        exif = Image.Exif()
        if taken:
            exif.get_ifd(0x8769).update({0x9003: taken, **({0x9291: fraction} if fraction else {})})
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(detail(blur)).save(path, quality=95, exif=exif)
        return path

    return photo


def rows_of(result):
    return list(csv.DictReader(io.StringIO(result.stdout)))


def test_a_list_of_files_with_one_that_is_absent(call, write, tmp_path):
    write(tmp_path / "a [1].jpg")
    names = f"{tmp_path}/a [1].jpg\n\n{tmp_path}/absent.jpg\n"
    (tmp_path / "list.txt").write_text(names)
    result = call("score", "--files-from", tmp_path / "list.txt", "--format", "csv")
    rows = [(row["verdict"], row["error"]) for row in rows_of(result)]
    assert rows == [("", "does not exist"), ("sharp", "")]
    assert result.exit_code == 1 and "1 of 2 failed" in result.stderr
    assert call("score", "--files-from", "-", "--format", "csv", stdin=names).stdout == result.stdout
    assert call("score", "--format", "csv").exit_code == 2


def test_the_best_of_each_burst(call, write, tmp_path):
    folder, options = tmp_path / "in", ("--format", "csv")
    # b1, the sharper, comes half a second after b0, c ten seconds later; d has no time.
    write(folder / "b0.jpg", 2, "2024:05:01 10:00:00", "75")
    write(folder / "b1.jpg", 0, "2024:05:01 10:00:01", "25")
    write(folder / "c.jpg", 2, "2024:05:01 10:00:11")
    write(folder / "d.jpg")
    (folder / "bad.jpg").write_bytes(b"")
    rows = rows_of(call("score", folder, "--group-seconds", "0.6", *options))
    assert [(row["path"][-6:], row["group"], row["best"]) for row in rows] == [
        ("b0.jpg", "1", "False"), ("b1.jpg", "1", "True"), ("/c.jpg", "2", "True"), ("/d.jpg", "3", "True"),
        ("ad.jpg", "", ""),
    ]  # fmt: skip
    rows = rows_of(call("score", folder, "--group-seconds", "0.4", *options))
    assert len({row["group"] for row in rows}) == 5
    table = call("score", folder, "--group-seconds", "0.6", "--sort-into", tmp_path / "out").stdout
    assert re.search(r"^    1\*  ?sharp .*b1.jpg$", table, re.MULTILINE)
    placed = sorted(str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.jpg"))
    assert placed == ["best/b1.jpg", "best/c.jpg", "best/d.jpg", "soft/b0.jpg"]


@pytest.mark.parametrize("way", ["copy", "link", "move"])
def test_a_raw_photograph_goes_with_its_jpeg(call, write, tmp_path, way):
    write(tmp_path / "in/a.jpg")
    (tmp_path / "in/a.NEF").write_bytes(b"RAW pixels that nobody reads")
    taken = tmp_path / "out/sharp/a.NEF"
    taken.parent.mkdir(parents=True)
    taken.write_bytes(b"another")
    options = ("--sort-into", tmp_path / "out", "--transfer", way, "--format", "csv", "--xmp")
    result = call("score", tmp_path / "in", *options)
    assert result.exit_code == 0 and [row["path"][-5:] for row in rows_of(result)] == ["a.jpg"]
    assert taken.read_bytes() == b"another"
    assert (tmp_path / "out/sharp/a (2).NEF").read_bytes() == b"RAW pixels that nobody reads"
    assert (tmp_path / "out/sharp/a (2).jpg").exists() and (tmp_path / "out/sharp/a (2).xmp").exists()
    left = sorted(path.name for path in (tmp_path / "in").iterdir())
    assert left == ([] if way == "move" else ["a.NEF", "a.jpg", "a.xmp"])


LIGHTROOM = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Adobe XMP Core">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <!-- kept -->
  <rdf:Description rdf:about="" xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" crs:Exposure2012="+0.35"%s>
   <dc:subject xmlns:dc="http://purl.org/dc/elements/1.1/"><rdf:Bag><rdf:li>sea &amp; sky</rdf:li></rdf:Bag></dc:subject>%s
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
"""  # noqa: E501
XMP = ' xmlns:xmp="http://ns.adobe.com/xap/1.0/"'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (("", ""), (XMP + ' xmp:Rating="5" xmp:Label="sharp"', "")),
        ((XMP + ' xmp:Rating="2" xmp:Label="Red"', ""), (XMP + ' xmp:Rating="5" xmp:Label="Red"', "")),
        ((XMP, "<xmp:Rating>1</xmp:Rating>"), (XMP + ' xmp:Label="sharp"', "<xmp:Rating>5</xmp:Rating>")),
    ],
)
def test_other_programs_fields_stay(call, write, tmp_path, before, after):
    write(tmp_path / "a.jpg")
    (tmp_path / "a.xmp").write_text(LIGHTROOM % before, encoding="utf-8")
    for _ in range(2):
        assert call("score", tmp_path, "--xmp").exit_code == 0
        texts = (tmp_path / "a.xmp").read_text(encoding="utf-8"), LIGHTROOM % after
        assert len({canonicalize(text, with_comments=True) for text in texts}) == 1


def test_a_stopped_run_keeps_its_rows_and_goes_on(start, call, write, tmp_path):
    for index in range(40):
        write(tmp_path / f"in/p{index:02d}.jpg")
    out, part, placed = tmp_path / "s.jsonl", tmp_path / "s.jsonl.part", tmp_path / "sorted"
    options = ("--transfer", "move", "--format", "jsonl", "-o", out)
    words = ("score", tmp_path / "in", "--sort-into", placed, *options)
    process = start(*words, "--threads", "1")
    while process.poll() is None and (not part.exists() or part.read_text().count("\n") < 6):
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    # As if the power had failed in the middle of a line.
    kept = part.read_text().splitlines()
    part.write_text("\n".join(kept) + '\n{"path": "')
    assert 0 < len(list(placed.rglob("*.jpg"))) < 40 and not out.exists()
    assert call(*words).exit_code == 0 and not part.exists()
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert len({row["path"] for row in rows}) == len(rows) == len(list(placed.rglob("*.jpg"))) == 40


def test_a_journal_of_another_command_is_not_used(call, write, tmp_path):
    photo, out = write(tmp_path / "a.jpg"), tmp_path / "s.csv"
    words = ("score", photo, "--format", "csv", "-o")
    assert call(*words, out).exit_code == 0
    row = out.read_text().splitlines()[1]
    for settings in ("other", None):
        (tmp_path / "s.csv.part").write_text(json.dumps({"settings": settings}) + '\n{"path": "b.jpg"}\n')
        assert call(*words, out).exit_code == 0 and out.read_text().splitlines()[1:] == [row]
    assert call(*words, "/dev/null").exit_code == 0


def test_contact_sheet(call, detail, tmp_path):
    pixels = np.full((1200, 1600, 3), 10, np.uint8)
    # All there is to measure lies around (1100, 900).
    pixels[750:1050, 950:1250] = detail(size=(300, 300))
    (tmp_path / "in").mkdir()
    cv2.imwrite(str(tmp_path / "in/a&b.png"), pixels)
    (tmp_path / "in/bad.jpg").write_bytes(b"")
    assert call("score", tmp_path / "in", "--html", tmp_path / "s.html").exit_code == 1
    page = (tmp_path / "s.html").read_text()
    assert "http" not in page and "a&amp;b.png" in page and "is empty (zero bytes)" in page
    small, crop = (
        cv2.imdecode(np.frombuffer(base64.b64decode(data), np.uint8), cv2.IMREAD_GRAYSCALE)
        for data in re.findall(r"base64,([^\"]+)", page)
    )
    assert small.shape == (192, 256) and crop.shape == (256, 256)
    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    place = cv2.minMaxLoc(cv2.matchTemplate(grey, crop, cv2.TM_SQDIFF))[2]
    assert np.abs(grey[place[1] : place[1] + 256, place[0] : place[0] + 256].astype(int) - crop).mean() < 3
    assert 800 < place[0] < 1250 and 600 < place[1] < 1050
    rows = [json.loads(text.replace("&quot;", '"')) for text in re.findall(r'data-row="([^"]+)"', page)]
    assert [row["verdict"] for row in rows] == ["sharp", None]
    assert "<option>sharpness</option><option>path" in page
