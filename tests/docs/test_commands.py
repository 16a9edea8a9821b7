"""Every command of the documentation: parsed by its own parser, and run on tiny data where it is light."""

import dataclasses
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PAGES = sorted(
    path.relative_to(REPOSITORY).as_posix()
    for pattern in ("README.md", "CONTRIBUTING.md", "MODEL_CARD.md", "docs/**/*.md", "tflite/*/README.md")
    for path in REPOSITORY.glob(pattern)
)
BLOCK = re.compile(r"^```bash\n(.*?)^```", re.MULTILINE | re.DOTALL)
PYTHON_BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
OPERATORS = {"|", "&&", ";"}
# Run for real, small (see smoke.sh). The others need Keras, a training run, or a network.
LIGHT = {
    "dbdgan map", "dbdgan score", "dbdgan video", "dbdgan bench", "dbdgan info", "dbdgan doctor", "cat",
    "tflite.detect", "tflite.benchmark", "tflite.golden.make", "tflite.golden.check", "trainers.synthesize",
}  # fmt: skip

WRONG = [tuple(line.split()) for line in """\
python -m trainers.teacher --no_such_flag=1
python -m trainers.no_such_module
python -m trainers.teacher --flagfile=configs/no_such.flags
python -m trainers.distill --teacher=borrowed
python -m trainers.distill stray
python -m trainers.evaluate --data_dir=DATA --output_dir=OUT
python -m tflite.detect photo.jpg --output
python scripts/benchmark_cli.py --no-such-flag
python scripts/no_such_script.py
dbdgan map photo.jpg map.png --no-such-option
dbdgan no-such-command""".splitlines()]  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Line:
    """One line of a bash block, continuation lines joined.

    Attributes:
        page: Where it stands.
        text: As it is written.
        programs: Words of each program of the pipe, without variables and redirections.
    """

    page: str
    text: str
    programs: tuple

    @property
    def is_light(self):
        return all(map(is_light, self.programs))


def read_lines(page, markdown):
    """The command lines of a page's bash blocks."""
    for block in BLOCK.findall(markdown):
        for text in block.replace("\\\n", " ").splitlines():
            programs = split_programs(text)
            if programs:
                yield Line(page, text.strip(), programs)


def split_programs(text):
    lexer = shlex.shlex(text, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    programs, skip = [[]], False
    for word in lexer:
        if word in OPERATORS:
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


def text_of(page):
    return (REPOSITORY / page).read_text(encoding="utf-8")


LINES = [line for page in PAGES for line in read_lines(page, text_of(page))]
PROGRAMS = sorted({(line.page, words) for line in LINES for words in line.programs})


@pytest.fixture(scope="module")
def parsed(repository):
    """What the parsers say to every command, None for nothing; one process."""
    lines = sorted({words for _, words in PROGRAMS if words[0] in ("python", "dbdgan")} | set(WRONG))
    command = [sys.executable, str(Path(__file__).with_name("parse_commands.py"))]
    process = subprocess.run(
        command, input=json.dumps(lines), cwd=repository, capture_output=True, text=True, timeout=300
    )
    assert process.returncode == 0, process.stderr
    return dict(zip(lines, json.loads(process.stdout), strict=True))


def check_script(words):
    """A script must exist, and mention the flags that it is given."""
    path = REPOSITORY / words[1]
    assert path.is_file(), f"no such script: {words[1]}"
    for flag in re.findall(r"--[\w-]+", " ".join(words[2:])):
        assert flag in path.read_text(), f"{words[1]} knows no {flag}"


def check_pip(words):
    """What is installed is this package, with extras that it has."""
    wanted = re.fullmatch(r"\.(?:\[([\w,]+)\])?", words[-1])
    assert words[1] == "install" and wanted, words
    setup = (REPOSITORY / "setup.py").read_text()
    extras = {"all", *re.findall(r'^    "(\w+)": [\[A-Z]', setup, re.MULTILINE)}
    assert set(filter(None, (wanted[1] or "").split(","))) <= extras


def check_npm(words):
    scripts = json.loads((REPOSITORY / "tflite/web/package.json").read_text())["scripts"]
    assert words[1] == "ci" or (words[1] == "run" and words[2] in scripts), words


CHECKS = {"bash": check_script, "pip": check_pip, "npm": check_npm, "cat": lambda words: None}


@pytest.mark.parametrize(
    ("page", "words"), PROGRAMS, ids=[f"{page}: {shlex.join(words)[:90]}" for page, words in PROGRAMS]
)
def test_the_command_exists_and_knows_its_flags(page, words, parsed):
    if words[0] in ("python", "dbdgan"):
        assert parsed[words] is None, f"{page}: {shlex.join(words)}\n{parsed[words]}"
    else:
        assert words[0] in CHECKS, f"{page}: unknown program {words[0]}"
        CHECKS[words[0]](words)


def run_in(folder, environment, *words):
    return subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize("page", sorted({line.page for line in LINES if line.is_light}))
def test_light_commands_run(page, workspace, environment):
    for line in dict.fromkeys(line for line in LINES if line.page == page and line.is_light):
        process = run_in(workspace, environment, "bash", "-o", "pipefail", "-c", line.text)
        assert process.returncode == 0, f"{line.text}\n{process.stdout[-2000:]}\n{process.stderr[-4000:]}"


BLOCKS = [(page, block) for page in PAGES for block in PYTHON_BLOCK.findall(text_of(page))]


# Networks take TensorFlow and ImageNet weights.
@pytest.mark.parametrize(("page", "block"), [found for found in BLOCKS if "build_" not in found[1]])
def test_python_lines_run(page, block, workspace, environment):
    process = run_in(workspace, environment, sys.executable, "-c", block)
    assert process.returncode == 0, f"{page}:\n{block}\n{process.stderr[-4000:]}"


@pytest.mark.parametrize("words", WRONG, ids=shlex.join)
def test_wrong_commands_are_noticed(words, parsed):
    assert parsed[words] is not None


def test_lines_are_taken_apart():
    text = "```bash\nA=1 dbdgan map - - | cat > x.png   # why\npython -m x \\\n  --a='b c' && cat y\n```\n"
    assert [line.programs for line in read_lines("page", text)] == [
        (("dbdgan", "map", "-", "-"), ("cat",)),
        (("python", "-m", "x", "--a=b c"), ("cat", "y")),
    ]
