"""The Swift sources are not compiled here; what can be checked is that they agree with the contract."""

import re
import shutil
import subprocess

import pytest

from tflite.golden.check import read_contract


def test_swift_reads_the_keys_that_the_contract_has(repository):
    sources = repository / "tflite/ios/Sources/BlurDetector"
    golden = read_contract(repository / "tflite/golden/lite_float16")
    contract = (sources / "BlurContract.swift").read_text()
    names = re.findall(r"public let (\w+): ", contract.split("struct BlurContract")[1])
    keys = [re.sub("([A-Z])", r"_\1", name).lower() for name in names]
    assert len(keys) == 9 and set(keys) <= set(golden["model"])
    assert {"input_tolerance", "tolerances", "cases", "model"} <= set(golden)
    cases = re.search(r"case (cpu, gpu)\n.*\n    case (npu)", (sources / "BlurDetector.swift").read_text())
    assert ", ".join(cases.groups()).split(", ") == list(golden["tolerances"]) == ["cpu", "gpu", "npu"]


def test_the_package_builds_where_swift_is(repository, tmp_path):
    if not shutil.which("swift"):
        pytest.skip("needs a Swift toolchain, which is not on this machine")
    for folder in ("ios", "golden"):
        shutil.copytree(repository / "tflite" / folder, tmp_path / folder)
    subprocess.run(["swift", "test"], cwd=tmp_path / "ios", timeout=900, check=True)
