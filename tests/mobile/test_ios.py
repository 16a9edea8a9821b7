"""The Swift sources are not compiled here; what can be checked is that they agree with the contract."""

import re
import shutil
import subprocess

import pytest

from tflite.golden import make


@pytest.fixture(scope="module")
def sources(repository):
    folder = repository / "tflite" / "ios" / "Sources" / "BlurDetector"
    return {path.name: path.read_text() for path in sorted(folder.glob("*.swift"))}


def test_swift_reads_the_keys_that_the_contract_has(sources, flat_models, tmp_path):
    (tmp_path / "m.tflite").write_bytes(flat_models.grey_model())
    golden = make.run(make.MakeConfig(str(tmp_path / "m.tflite"), str(tmp_path / "golden")))
    plain = set(re.search(r"case (file, .*)", sources["BlurContract.swift"]).group(1).split(", "))
    renamed = set(re.findall(r'case \w+ = "(\w+)"', sources["BlurContract.swift"]))
    assert plain | renamed <= set(golden["model"])
    assert len(plain | renamed) == 9
    assert {"input_tolerance", "tolerances", "cases", "model"} <= set(golden)
    processors = set(
        re.search(r"case (cpu, gpu)\n.*\n    case (npu)", sources["BlurDetector.swift"]).groups()
    )
    assert {"cpu", "gpu", "npu"} == {name for group in processors for name in group.split(", ")}
    assert set(golden["tolerances"]) == {"cpu", "gpu", "npu"}


def test_the_package_builds_where_swift_is(repository, tmp_path):
    if not shutil.which("swift"):
        pytest.skip("needs a Swift toolchain, which is not on this machine")
    for folder in ("ios", "golden"):
        shutil.copytree(repository / "tflite" / folder, tmp_path / folder)
    process = subprocess.run(
        ["swift", "test"], cwd=tmp_path / "ios", capture_output=True, text=True, timeout=900
    )
    assert process.returncode == 0, process.stdout[-3000:] + process.stderr[-3000:]
