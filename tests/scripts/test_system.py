"""scripts/_system.sh installs what is missing, or says what to do; it never waits for ever."""

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
    for name, text in (("apt-get", APT), ("id", '#!/bin/sh\necho "${USER_NUMBER:-0}"\n')):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)

    def run(**variables):
        code = "set -euo pipefail; source scripts/_system.sh; need_program wanted some-package"
        variables |= {"PATH": f"{tmp_path}:/usr/bin:/bin", "STUBS": str(tmp_path), "APT_SECONDS": "1"}
        command = ["bash", "-c", code]
        return subprocess.run(
            command, cwd=repository, env=variables, capture_output=True, text=True, timeout=30
        )

    return run


def test_it_is_installed_once(need, tmp_path):
    assert need().returncode == 0 and need().stdout == ""
    calls = (tmp_path / "calls").read_text().splitlines()
    assert [call.split()[-1] for call in calls] == ["update", "some-package"]


def test_without_rights_or_network_it_says_what_to_do(need):
    for variables, message in (
        ({"USER_NUMBER": "1000"}, "wanted is needed and was not found. On Debian, as root: apt-get install"),
        ({"APT_DOES": "fail"}, "wanted could not be installed"),
        ({"APT_DOES": "hang"}, "wanted could not be installed"),
    ):
        process = need(**variables)
        assert process.returncode == 1 and message in process.stderr
