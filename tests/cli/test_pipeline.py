"""Failures, memory, and the benchmark."""

import json

import pytest

from dbdgan_tf.cli.pipeline import Failures


def test_failures(capsys):
    failures = Failures([("gone", "does not exist")])
    failures.add("a.jpg", ValueError("is empty"))
    failures.add("b.jpg", PermissionError(13, "Permission denied"))
    failures.add("c.jpg", KeyError("bug"))
    assert failures.report(9) == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "4 of 9 failed:"
    assert lines[2:] == ["  a.jpg: is empty", "  b.jpg: Permission denied", "  c.jpg: KeyError: 'bug'"]
    assert Failures().report(9) == 0
    with pytest.raises(OSError, match="no room left"):
        failures.add("d.jpg", OSError(28, "No space left on device"))


def test_memory_is_flat(command_line, run_python, model, picture, tmp_path):
    """150 photographs of 1.4 MB decoded leave no more behind than the first 30 did."""
    (tmp_path / "in").mkdir()
    for index in range(150):
        (tmp_path / f"in/p{index:03d}.jpg").write_bytes(picture(size=(800, 600)))
    code = f"""
        import resource
        from dbdgan_tf.cli.map_command import MapConfig, run
        def grown(pattern):
            sources, options = ("{tmp_path}/in/" + pattern,), dict(model="{model}", threads=2, quiet=True)
            assert run(MapConfig(sources, "{tmp_path}/out", **options)) == 0
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        first = grown("p0[0-2]*.jpg")
        print("GREW", (grown("*.jpg") - first) / 1024)
    """
    assert float(run_python(code).split("GREW")[1]) < 20


def test_bench(call, model):
    result = call(
        "bench", "--photos", "3", "--megapixels", "0.3", "--threads", "2", "--model", model, "--json"
    )
    assert result.exit_code == 0, result.stderr
    report = json.loads(result.stdout)
    assert report["photos"] == 3 and report["photos_per_second"] > 0
    assert report["cpu_ms_per_photo"] > report["decode_cpu_ms"] > 0
    assert (
        "photos per second" in call("bench", "--photos", "1", "--megapixels", "0.3", "--model", model).stdout
    )
