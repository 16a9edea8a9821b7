"""Threads, order, bounds, failures, and the benchmark."""

import json
import threading
import time

import pytest

from dbdgan_tf.cli.pipeline import Failures, run_in_threads


def test_order_and_errors():
    def work(number):
        time.sleep(0.002 * (number % 3))
        if number == 5:
            raise ValueError("five")
        return number * number

    outcomes = list(run_in_threads(range(20), work, 4))
    assert [outcome.item for outcome in outcomes] == list(range(20))
    assert [outcome.result for outcome in outcomes if outcome.error is None] == [
        n * n for n in range(20) if n != 5
    ]
    assert str(outcomes[5].error) == "five"


def test_endless_input_is_drawn_as_needed():
    drawn = []

    def endless():
        while True:
            drawn.append(len(drawn))
            yield drawn[-1]

    outcomes = run_in_threads(endless(), lambda item: item, threads=2, queued=4)
    for _ in range(100):
        next(outcomes)
    outcomes.close()
    assert len(drawn) <= 104


def test_work_runs_at_the_same_time():
    barrier = threading.Barrier(3, timeout=20)
    assert (
        len(
            [
                outcome
                for outcome in run_in_threads(range(3), lambda _: barrier.wait(), 3)
                if not outcome.error
            ]
        )
        == 3
    )


def test_interruption_drops_what_has_not_begun():
    begun = []

    def work(number):
        begun.append(number)
        time.sleep(0.005)

    outcomes = run_in_threads(range(1000), work, threads=2)
    next(outcomes)
    outcomes.close()
    assert len(begun) < 20


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
