"""Runs the stages of training on a GPU machine within the time of one call; scripts/gpu_train.sh calls it.

python scripts/gpu_stages.py --bundle=DIR --work=DIR --output_dir=OUT --seconds=540 teacher:8 b3:12
"""

import dataclasses
import json
import math
import os
import subprocess
import sys
import time
from pathlib import Path

from absl import app, flags

FLAGS = flags.FLAGS
# Seconds kept for the last validation and for writing the networks in parts.
RESERVE = 40
# Seconds that a trainer takes to import what it needs; its own clock begins then.
STARTUP = 15
# A trainer that has not ended this long before the end is killed, so that its best network still gets home.
LAST = 20
# What `timeout` returns, too.
KILLED = 124
# A stage is not begun with less: compiling would take most of it.
SHORTEST = 90


@dataclasses.dataclass(frozen=True)
class Stage:
    """One training run.

    Attributes:
        command: Module of `trainers`.
        recipe: Recipe in configs, without its ending.
        network: "teacher" or "student".
        unlabelled: Whether it learns from photographs without masks too.
        flags: Flags beside the recipe's.
        returned: Whether its network is carried home.
    """

    command: str
    recipe: str
    network: str
    unlabelled: bool = False
    flags: tuple = ()
    returned: bool = True


STAGES = {
    "check": Stage("teacher", "gpu_teacher", "teacher", flags=("--steps_per_epoch=60",), returned=False),
    "teacher": Stage("teacher", "gpu_teacher", "teacher"),
    "b3": Stage("distill", "gpu_b3", "student", unlabelled=True),
    "b3_alone": Stage("distill", "gpu_b3_alone", "student"),
    "lite": Stage("distill", "gpu_lite", "student", unlabelled=True),
}


@dataclasses.dataclass(frozen=True)
class Call:
    """The folders and the end of one call.

    Attributes:
        bundle: The unpacked bundle.
        work: Folder that survives from call to call.
        output_dir: What is carried home.
        deadline: `time.monotonic()` at which everything must be written.
        smoke: Whether to take the recipes' smoke twins.
    """

    bundle: Path
    work: Path
    output_dir: Path
    deadline: float
    smoke: bool = False

    @property
    def seconds_left(self):
        """Seconds for training."""
        return self.deadline - time.monotonic() - RESERVE


def parse(text):
    """The name and the minutes of "teacher:8"."""
    name, _, minutes = text.partition(":")
    try:
        minutes = float(minutes)
    except ValueError:
        minutes = 0.0
    if name not in STAGES or minutes <= 0:
        raise ValueError(
            f"Unknown stage. Received: {text!r}. Allowed: STAGE:MINUTES, STAGE of {', '.join(STAGES)}."
        )
    return name, minutes


def command_of(name, minutes, call):
    """The command of a stage, None if it is over; it resumes, or goes on from an earlier visit's network."""
    stage, folder = STAGES[name], call.work / "runs" / name
    values = {
        "fit_minutes": minutes,
        # 0 would be no limit at all.
        "max_minutes": max(round((call.seconds_left - STARTUP) / 60, 3), 0.01),
        "output_dir": folder,
        "data_dir": ",".join(str(path) for path in _labelled(call)),
        **_teacher_of(stage, call),
    }
    if stage.unlabelled:
        values["unlabelled_dir"] = call.bundle / "data/bsds500"
    progress = read_progress(folder)
    if progress.get("finished_minutes", 0) >= minutes:
        return None
    if not progress:
        earlier = call.work / "start" / f"{name}.json"
        values.update(continuation(earlier, minutes, stage.network) if earlier.is_file() else {})
    if values["fit_minutes"] <= 0:
        return None
    recipe = f"configs/{stage.recipe}{'_smoke' if call.smoke else ''}.flags"
    extra = () if call.smoke else stage.flags
    return [
        sys.executable, "-m", f"trainers.{stage.command}", f"--flagfile={recipe}", *extra,
        *(f"--{key}={value}" for key, value in values.items()), "--resume" if progress else "--overwrite",
    ]  # fmt: skip


def continuation(network, minutes, kind):
    """Flags that go on from a network that an earlier visit brought home, without its optimizer.

    The rate starts where it had come to; the moments and the discriminators start anew.

    Args:
        network: The network's .json.
        minutes: Minutes of the whole stage.
        kind: "teacher" or "student".

    Returns:
        Dict of flags.
    """
    metadata = json.loads(Path(network).read_text(encoding="utf-8"))["metadata"]
    optimizer = metadata["config"]["optimizer"]
    spent = metadata.get("seconds", 0.0) / 60
    final = optimizer["final_lr_fraction"]
    share = final + (1 - final) * 0.5 * (1 + math.cos(math.pi * min(spent / minutes, 1.0)))
    return {
        f"{kind}_weights": str(network).removesuffix(".json"),
        "generator_lr": optimizer["generator_lr"] * share,
        "final_lr_fraction": final / share,
        "fit_minutes": round(minutes - spent, 3),
    }


def read_progress(folder):
    """What a run's checkpoint says of how far it is; empty if there is none."""
    import numpy as np

    path = folder / "checkpoint.npz"
    if not path.is_file():
        return {}
    with np.load(path) as stored:
        return json.loads(stored["progress"].tobytes())


def run(stages, call):
    """Runs stages in turn until the time is over.

    Args:
        stages: Pairs of name and minutes.
        call: A `Call`.

    Returns:
        0, or the exit status of the first trainer or writer that failed.
    """
    writers, status = [], 0
    for name, minutes in stages:
        command = None if call.seconds_left < SHORTEST and not call.smoke else command_of(name, minutes, call)
        if command is None:
            print(f"== {name}: {'no time left' if call.seconds_left < SHORTEST else 'finished'}", flush=True)
            continue
        print(f"== {name}: {' '.join(command[2:])}", flush=True)
        status = _train(command, call.deadline - time.monotonic() - LAST) or status
        saved = call.work / "runs" / name / f"{STAGES[name].network}_best.json"
        if STAGES[name].returned and saved.is_file():
            writers.append(_write_parts(name, call))
    return next((code for code in [status, *(writer.wait() for writer in writers)] if code), 0)


def _train(command, seconds):
    """Runs a trainer, for so many seconds at most; returns its exit status."""
    try:
        return subprocess.run(command, timeout=max(seconds, 1)).returncode
    except subprocess.TimeoutExpired:
        print(f"The trainer was killed: it had not ended after {seconds:.0f} s.", flush=True)
        return KILLED


def _write_parts(name, call):
    """Starts to write a stage's network to the output folder, on the CPU, beside the next stage."""
    folder = call.work / "runs" / name
    command = [
        sys.executable, "scripts/split_weights.py", f"--network={folder / STAGES[name].network}_best",
        f"--output_dir={call.output_dir}", f"--name={name}", f"--log={folder / 'log.csv'}",
    ]  # fmt: skip
    return subprocess.Popen(command, env={**os.environ, "JAX_PLATFORMS": "cpu"})


def _labelled(call):
    return [path for path in (call.bundle / "data/cuhk", call.work / "data/synthetic") if path.is_dir()]


def _teacher_of(stage, call):
    if stage.command != "distill":
        return {}
    for prefix in (call.work / "runs/teacher/teacher_best", call.work / "start/teacher"):
        if prefix.with_suffix(".json").is_file():
            return {"teacher_weights": prefix}
    raise ValueError("There is no teacher. Run the stage 'teacher' first, or put its parts into start/.")


def main(argv):
    call = Call(
        Path(FLAGS.bundle),
        Path(FLAGS.work),
        Path(FLAGS.output_dir),
        time.monotonic() + FLAGS.seconds,
        FLAGS.smoke,
    )
    try:
        status = run([parse(text) for text in argv[1:]], call)
    except ValueError as error:
        raise SystemExit(f"error: {error}") from error
    sys.exit(status)


if __name__ == "__main__":
    flags.DEFINE_string("bundle", None, "The bundle's folder.", required=True)
    flags.DEFINE_string("work", None, "Folder that survives between calls.", required=True)
    flags.DEFINE_string("output_dir", None, "Folder that is carried home.", required=True)
    flags.DEFINE_float("seconds", 540, "Seconds until everything must be written.")
    flags.DEFINE_bool("smoke", False, "Take the recipes' smoke twins.")
    app.run(main)
