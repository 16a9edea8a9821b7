"""Every command of the documentation: parsed by its own parser, and run on tiny data where it is light."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PATTERNS = ("README.md", "CONTRIBUTING.md", "MODEL_CARD.md", "docs/**/*.md", "tflite/*/README.md")
PAGES = {
    path.relative_to(REPOSITORY).as_posix(): path.read_text(encoding="utf-8")
    for pattern in PATTERNS
    for path in sorted(REPOSITORY.glob(pattern))
}
# Run for real, small (see smoke.sh). The others need Keras, a training run, or a network.
LIGHT = {
    "dbdgan map", "dbdgan score", "dbdgan video", "dbdgan bench", "dbdgan info", "dbdgan doctor", "cat",
    "tflite.detect", "tflite.benchmark", "tflite.golden.make", "tflite.golden.check", "trainers.synthesize",
}  # fmt: skip
WRONG = [tuple(line.split()) for line in """\
python -m trainers.teacher --no_such_flag=1
python -m trainers.no_such_module
python -m trainers.teacher --flagfile=configs/no_such.flags
python -m trainers.distill stray
python -m tflite.detect photo.jpg --output
python scripts/no_such_script.py
dbdgan map photo.jpg map.png --no-such-option
dbdgan no-such-command""".splitlines()]  # fmt: skip


def read_blocks(language):
    block = re.compile(rf"^```{language}\n(.*?)^```", re.MULTILINE | re.DOTALL)
    return [(page, found) for page, text in PAGES.items() for found in block.findall(text)]


def split_programs(text):
    lexer = shlex.shlex(text, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    programs, skip = [[]], False
    for word in lexer:
        if word in ("|", "&&", ";"):
            programs.append([])
        elif word in (">", ">>") or skip:
            skip = not skip
        elif programs[-1] or not re.fullmatch(r"\w+=.*", word):
            programs[-1].append(word)
    return tuple(tuple(words) for words in programs if words)


def is_light(words):
    name = words[2] if words[:2] == ("python", "-m") else " ".join(words[: 1 + (words[0] == "dbdgan")])
    if name == "trainers.evaluate":
        return any(re.match(r"--maps_dir=|--model=.*\.tflite$", word) for word in words)
    return name in LIGHT


# (page, line of a bash block, its continuation joined, words of each program of its pipe).
LINES = [
    (page, text.strip(), programs)
    for page, block in read_blocks("bash")
    for text in block.replace("\\\n", " ").splitlines()
    if (programs := split_programs(text))
]
LIGHT_LINES = [(page, text) for page, text, programs in LINES if all(map(is_light, programs))]
PROGRAMS = sorted({(line[0], words) for line in LINES if line[:2] not in LIGHT_LINES for words in line[2]})


@pytest.fixture(scope="module")
def parsed(repository):
    lines = sorted({words for _, words in PROGRAMS if words[0] in ("python", "dbdgan")} | set(WRONG))
    command = [sys.executable, str(Path(__file__).with_name("parse_commands.py"))]
    pipes = {"input": json.dumps(lines), "capture_output": True, "text": True}
    process = subprocess.run(command, cwd=repository, timeout=300, **pipes)
    assert process.returncode == 0, process.stderr
    return dict(zip(lines, json.loads(process.stdout), strict=True))


def check_script(words):
    text = (REPOSITORY / words[1]).read_text()
    assert all(flag in text for flag in re.findall(r"--[\w-]+", " ".join(words[2:])))


def check_pip(words):
    wanted = re.fullmatch(r"\.(?:\[([\w,]+)\])?", words[-1])
    setup = (REPOSITORY / "setup.py").read_text()
    extras = {"all", *re.findall(r'^    "(\w+)": [\[A-Z]', setup, re.MULTILINE)}
    assert words[1] == "install" and set(filter(None, (wanted[1] or "").split(","))) <= extras


def check_npm(words):
    scripts = json.loads((REPOSITORY / "tflite/web/package.json").read_text())["scripts"]
    assert words[1] == "ci" or (words[1] == "run" and words[2] in scripts)


CHECKS = {"bash": check_script, "pip": check_pip, "npm": check_npm, "cat": lambda words: None}


@pytest.mark.parametrize(("page", "words"), PROGRAMS)
def test_the_command_exists_and_knows_its_flags(page, words, parsed):
    if words[0] in ("python", "dbdgan"):
        assert parsed[words] is None, f"{page}: {shlex.join(words)}\n{parsed[words]}"
    else:
        CHECKS[words[0]](words)


@pytest.mark.parametrize("words", WRONG, ids=shlex.join)
def test_wrong_commands_are_noticed(words, parsed):
    assert parsed[words] is not None


def check_run(folder, environment, *words):
    process = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
    assert process.returncode == 0, f"{words[-1]}\n{process.stdout[-2000:]}\n{process.stderr[-4000:]}"


@pytest.mark.parametrize("page", sorted({page for page, _ in LIGHT_LINES}))
def test_light_commands_run(page, workspace, environment):
    for text in dict.fromkeys(text for found, text in LIGHT_LINES if found == page):
        check_run(workspace, environment, "bash", "-o", "pipefail", "-c", text)


# Networks take TensorFlow and ImageNet weights.
@pytest.mark.parametrize("block", [block for _, block in read_blocks("python") if "build_" not in block])
def test_python_lines_run(block, workspace, environment):
    check_run(workspace, environment, sys.executable, "-c", block)
