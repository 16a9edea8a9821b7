"""`dbdgan doctor` on a sound installation, and on some that are not."""

import json
import shutil

import numpy as np

from dbdgan_tf.cli import doctor_command
from dbdgan_tf.inference import bundled, trial


def test_a_sound_installation(call):
    result = call("doctor")
    assert result.exit_code == 0 and "Everything is as it should be." in result.stdout
    facts = json.loads(call("doctor", "--json").stdout)
    assert facts["sound"] and facts["models"] == {"lite": "sound", "lite_float16": "sound"}
    assert facts["versions"]["numpy"] == np.__version__ and facts["system"]["cores"] >= 1
    assert set(facts["formats"]) == {"HEIC", "RAW", "AVIF"}


def test_damaged_and_missing_models(call, tmp_path, monkeypatch):
    assets = shutil.copytree(bundled.ASSETS, tmp_path / "assets")
    for module in (bundled, trial):
        monkeypatch.setattr(module, "ASSETS", assets)
    content = bytearray((assets / "lite_int8.tflite").read_bytes())
    content[len(content) // 2] ^= 1
    (assets / "lite_int8.tflite").write_bytes(content)
    (assets / "lite_float16.tflite").unlink()
    result = call("doctor", "--json")
    models = json.loads(result.stdout)["models"]
    assert result.exit_code == 1
    assert "The bundled model is damaged" in models["lite"]
    assert "no bundled model" in models["lite_float16"]


def test_a_wrong_map_and_a_missing_reader_are_told(call, monkeypatch):
    find = doctor_command.importlib.util.find_spec
    monkeypatch.setattr(
        doctor_command.importlib.util, "find_spec", lambda name: None if name == "pillow_heif" else find(name)
    )
    result = call("doctor")
    assert result.exit_code == 0 and "missing; pip install 'dbdgan_tf[heic]'" in result.stdout
    monkeypatch.setattr(doctor_command, "draw_picture", lambda: np.zeros((384, 384, 3), np.uint8))
    result = call("doctor")
    assert result.exit_code == 1 and "gives a wrong map" in result.stdout
