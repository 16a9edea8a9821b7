"""The group: instant help, every command, light imports, flat memory; the small commands."""

import importlib.util
import json
import re
import shutil
import sys

import numpy as np
import pytest

import dbdgan_tf
from dbdgan_tf.cli import doctor_command
from dbdgan_tf.cli.main import MAKERS, dbdgan
from dbdgan_tf.inference import bundled


def test_help_version_and_an_unknown_command(call):
    listed = call("--help").stdout
    for name, command in dbdgan.commands.items():
        assert f"  {name}" in listed and command.short_help.rstrip(".") in listed
        assert name in MAKERS or f"Usage: dbdgan {name}" in call(name, "--help").stdout
    assert dbdgan_tf.__version__ in call("--version").stdout
    result = call("mop")
    assert result.exit_code == 2 and "mop" in result.stderr


def test_help_imports_next_to_nothing(run_python):
    code = """
        import sys, time
        start = time.process_time()
        from dbdgan_tf.cli.main import main
        try:
            main(["--help"])
        except SystemExit:
            pass
        heavy = {"numpy", "cv2", "PIL", "ai_edge_litert", "tqdm", "matplotlib"} & set(sys.modules)
        print("HEAVY", sorted(heavy), "SECONDS", time.process_time() - start)
    """
    out = run_python(code)
    assert "HEAVY []" in out
    assert float(out.split("SECONDS")[1]) < 0.25


def test_no_command_needs_tensorflow(run_python, model, picture, tmp_path):
    (tmp_path / "p.jpg").write_bytes(picture())
    code = f"""
        from dbdgan_tf.cli.main import main
        for arguments in (["map", "{tmp_path}/p.jpg", "{tmp_path}/m.png"], ["score", "{tmp_path}/p.jpg"]):
            try:
                main([*arguments, "--model", "{model}"])
            except SystemExit as end:
                assert end.code == 0, end.code
        main(["info", "{model}"])
    """
    out = run_python(code, blocked=("tensorflow", "keras", "tf_keras", "jax", "matplotlib", "torch"))
    assert "grey" in out and (tmp_path / "m.png").exists()


def test_info(call, model, tmp_path):
    facts = json.loads(call("info", model, "--json").stdout)
    assert facts["name"] == "grey" and facts["input"] == "1x32x48x3 float32" and facts["parameters"] == 4
    assert "multiply adds" in call("info", model).stdout
    (tmp_path / "x.tflite").write_bytes(b"nothing of the kind")
    result = call("info", tmp_path / "x.tflite")
    assert result.exit_code == 1 and "LiteRT cannot load" in result.stderr


@pytest.mark.parametrize(("words", "package"), [(["serve"], "fastapi"), (["batch", "in", "out"], "ray")])
def test_an_absent_extra_is_named(call, monkeypatch, words, package):
    for name in [name for name in sys.modules if name.startswith(f"dbdgan_tf.{words[0]}")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    result = call(*words)
    assert result.exit_code == 1 and "It comes with pip install 'dbdgan_tf[" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["convert", "--help"], 0, "--variant"),
        (["convert", "--variant=int3"], 1, "error: .*--variant=int3"),
        (["convert", "--checkpoint=absent", "--output=m.tflite"], 1, "error: No saved network: absent.json"),
        (["verify"], 1, "error: Give one .tflite file. Received: none"),
        (["verify", "MODEL"], 0, "(?s)GPU delegate: would take the whole graph.*keeps its budget"),
        (["verify", "MODEL", "--megabytes=0.0001"], 1, "FAILED"),
        (["verify", "none.tflite"], 1, "no model file"),
    ],
)
def test_convert_and_verify_take_their_own_flags(arguments, code, said, model, run_module, tmp_path):
    words = [model if word == "MODEL" else word for word in arguments]
    ended, *printed = run_module("dbdgan_tf.cli", *words, cwd=tmp_path)
    assert ended == code and re.search(said, "".join(printed)), printed


def test_memory_is_flat(run_python, model, picture, tmp_path):
    (tmp_path / "in").mkdir()
    for index in range(150):
        (tmp_path / f"in/p{index:03d}.jpg").write_bytes(picture(size=(800, 600)))
    code = f"""
        import resource
        from dbdgan_tf.cli.commands import map_command as command
        def grown(pattern):
            words = ["{tmp_path}/in/" + pattern, "{tmp_path}/out", "--model", "{model}", "--threads", "2"]
            assert command.main(words, standalone_mode=False) == 0
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        first = grown("p0[0-2]*.jpg")
        print("GREW", (grown("*.jpg") - first) / 1024)
    """
    assert float(run_python(code).split("GREW")[1]) < 20


def test_bench(call):
    options = ("--photos", "3", "--megapixels", "0.3", "--threads", "2")
    result = call("bench", *options, "--json")
    assert result.exit_code == 0, result.stderr
    report = json.loads(result.stdout)
    assert report["photos"] == 3 and report["photos_per_second"] > 0
    assert report["cpu_ms_per_photo"] > report["decode_cpu_ms"] > 0
    assert "photos per second" in call("bench", *options).stdout


def test_a_sound_installation(call):
    result = call("doctor")
    assert result.exit_code == 0 and "Everything is as it should be." in result.stdout
    facts = json.loads(call("doctor", "--json").stdout)
    assert facts["sound"] and facts["models"] == dict.fromkeys(bundled.MODELS, "sound")
    assert facts["versions"]["numpy"] == np.__version__ and facts["system"]["cores"] >= 1
    assert set(facts["formats"]) == {"HEIC", "RAW", "AVIF"}


def test_damaged_and_missing_models(call, tmp_path, monkeypatch):
    assets = shutil.copytree(bundled.ASSETS, tmp_path / "assets")
    monkeypatch.setattr(bundled, "ASSETS", assets)
    content = bytearray((assets / "lite_int8.tflite").read_bytes())
    content[len(content) // 2] ^= 1
    (assets / "lite_int8.tflite").write_bytes(content)
    (assets / "lite_float16.tflite").unlink()
    result = call("doctor", "--json")
    models = json.loads(result.stdout)["models"]
    assert result.exit_code == 1
    assert "The bundled model is damaged" in models["lite_int8"]
    assert "no bundled model" in models["lite_float16"]
    result = call("score", tmp_path, "--model", "lite_float16")
    assert result.exit_code == 1 and "no bundled model" in result.stderr


def test_a_wrong_map_and_a_missing_reader_are_told(call, monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name != "pillow_heif" and find(name))
    result = call("doctor")
    assert result.exit_code == 0 and "missing; pip install 'dbdgan_tf[heic]'" in result.stdout
    monkeypatch.setattr(doctor_command, "draw_picture", lambda: np.zeros((384, 384, 3), np.uint8))
    result = call("doctor")
    assert result.exit_code == 1 and "gives a wrong map" in result.stdout
