"""scripts/_system.sh installs what is missing, or says what to do; it never waits for ever."""

import os
import re
import subprocess

import pytest

# Stands in for apt-get: `install` makes the program, unless it is told to fail or to hang.
APT = """#!/bin/sh
case "$APT_DOES" in fail) exit 100 ;; hang) exec sleep 60 ;; esac
for word; do [ "$word" = install ] && printf '#!/bin/sh\\n' >"$STUBS/wanted" && chmod +x "$STUBS/wanted"; done
echo "$@" >>"$STUBS/calls"
"""


@pytest.fixture
def need(repository, tmp_path):
    """Calls need_program wanted some-package with stubs of apt-get and id."""
    (tmp_path / "apt-get").write_text(APT)
    (tmp_path / "id").write_text('#!/bin/sh\necho "${USER_NUMBER:-0}"\n')
    for name in ("apt-get", "id"):
        (tmp_path / name).chmod(0o755)

    def run(**variables):
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", "source scripts/_system.sh; need_program wanted some-package"],
            cwd=repository,
            env={"PATH": f"{tmp_path}{os.pathsep}/usr/bin:/bin", "STUBS": str(tmp_path), **variables},
            capture_output=True, text=True, timeout=30,
        )  # fmt: skip

    return run


def test_it_is_installed_once(need, tmp_path):
    assert need().returncode == 0
    assert need().stdout == ""
    calls = (tmp_path / "calls").read_text().splitlines()
    assert [call.split()[-1] for call in calls] == ["update", "some-package"]


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"USER_NUMBER": "1000"}, "wanted is needed and was not found. On Debian, as root: apt-get install"),
        ({"APT_DOES": "fail", "APT_SECONDS": "1"}, "wanted could not be installed.*within reach"),
        ({"APT_DOES": "hang", "APT_SECONDS": "1"}, "wanted could not be installed.*within reach"),
    ],
)
def test_without_rights_or_network_it_says_what_to_do(need, variables, message):
    process = need(**variables)
    assert process.returncode == 1 and re.search(f"(?s){message}", process.stderr)
