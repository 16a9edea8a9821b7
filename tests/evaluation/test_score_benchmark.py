"""The benchmark's figures by hand, and the whole of it on two tiny scenes."""

import functools
import json

import cv2
import numpy as np
import pytest

from dbdgan_tf.command import flags
from dbdgan_tf.evaluation import score_benchmark
from dbdgan_tf.evaluation.degradations import motion_kernel, versions
from dbdgan_tf.photo import write_image
from trainers import score_benchmark as command

parse = functools.partial(flags.parse, command.ScoreBenchmarkConfig)


def test_motion_kernel_by_hand():
    assert motion_kernel(3, 0)[3] == pytest.approx([0, 0, 1 / 3, 1 / 3, 1 / 3, 0, 0], abs=0.02)
    assert motion_kernel(3, np.pi / 2) == pytest.approx(motion_kernel(3, 0).T, abs=1e-5)
    kernel = motion_kernel(21, 0.7)
    y, x = np.mgrid[: len(kernel), : len(kernel)] - len(kernel) // 2
    along = x * np.cos(0.7) + y * np.sin(0.7)
    assert kernel.sum() == pytest.approx(1)
    assert (kernel * along**2).sum() == pytest.approx(21**2 / 12, rel=0.02)


def test_versions_are_reproducible():
    image = np.random.default_rng(0).integers(0, 256, (48, 64, 3), np.uint8)
    first, second = (list(versions(image, np.random.default_rng(5))) for _ in range(2))
    assert [v.name for v in first][:4] == list(score_benchmark.SHARP)
    assert all(np.array_equal(a.image, b.image) for a, b in zip(first, second, strict=True))


def test_auc_and_largest_square_by_hand():
    found = [{"a": {"sharpness": s}, "b": {"sharpness": t}} for s, t in ((0.9, 0.5), (0.5, 0.1))]
    assert score_benchmark._auc(found, "sharpness", "a", "b") == (1 + 1 + 1 + 0.5) / 4
    edges = [{"a": {"edge_px": 1.0}, "b": {"edge_px": None}}]
    assert score_benchmark._auc(edges, "edge_px", "a", "b") == 1
    region = np.zeros((100, 120), bool)
    region[10:80, 20:110] = True
    x, y, width, height = score_benchmark._largest_square(region)
    assert width == height >= 67 and region[y : y + height, x : x + width].all()
    assert score_benchmark._largest_square(region[:40]) is None


@pytest.fixture
def data(tmp_path, scene):
    for stem in ("one", "two"):
        write_image(tmp_path / f"sharp/{stem}.png", scene(192, 256, seed=len(stem) + ord(stem[0])))
    photo = scene(192, 256)
    soft = cv2.GaussianBlur(photo, (0, 0), 3)
    for name, side in (("far", 0), ("near", 1)):
        left = np.tile((np.arange(256) < 128) == (side == 0), (192, 1))
        image = np.where(left[..., None], photo, soft)
        write_image(tmp_path / f"pairs/train/images/s_{name}.png", image)
        write_image(tmp_path / f"pairs/train/masks/s_{name}.png", np.where(left, 0, 255).astype(np.uint8))
    (tmp_path / "list.txt").write_text("two\n")
    return tmp_path


def test_the_whole_command(data, capsys):
    arguments = [f"--sharp_dir={data}/sharp", f"--list={data}/list.txt", f"--partners_dir={data}/pairs"]
    summary = command.run(parse(*arguments, f"--output={data}/out/score.json"))
    assert json.loads((data / "out/score.json").read_text())["partners"] == {"right": 2, "compared": 2}
    assert summary["photographs"] == 1 and summary["rank"] > 0.9
    assert summary["auc"]["sharpness"]["disc 4"]["sharp, noise"] == 1
    assert summary["verdict"]["disc 4"] == {"soft": 1.0} and summary["blur"]["motion 21"] == {"motion": 1.0}
    assert summary["pages"] == {"page": "sharp", "page, sigma 2": "soft", "page, sigma 8": "soft"}
    assert "| AUC of sharpness | against sharp |" in capsys.readouterr().out
    with pytest.raises(ValueError, match="No photograph is left"):
        command.run(parse(f"--sharp_dir={data}/pairs/train/images", f"--list={data}/list.txt"))
    command.run(parse(f"--sharp_dir={data}/sharp", f"--picture={data}/five.jpg"))
    assert cv2.imread(str(data / "five.jpg")).shape == (320 + 156, 5 * 320, 3)
