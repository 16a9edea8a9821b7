"""Times, weighs and scores models: `python -m tflite.benchmark a.tflite b.tflite --data_dir=DATA`.

Prints one Markdown table; with --output writes it as .md and everything as .json.
"""

import dataclasses
import platform
from pathlib import Path

from dbdgan_tf.atomic_file import write_bytes, write_json
from dbdgan_tf.command.flags import start
from dbdgan_tf.command.options import REQUIRED, option
from dbdgan_tf.metrics.markdown import markdown_table


@dataclasses.dataclass(frozen=True)
class BenchmarkConfig:
    """What to measure."""

    models: tuple = option(REQUIRED, "at least one .tflite file", words=True)
    threads: tuple[int, ...] = option((1, 2), "Numbers of threads.")
    rounds: int = option(50, "Timed runs of each model.", at_least=1)
    data_dir: str | None = option(None, "Data set with masks, for max F and MAE.")
    split: str = option("test", "Of the data set.", ("train", "test"))
    count: int | None = option(None, "Most images to score; all if not given.")
    photo: str | None = option(None, "A photograph: also time decoding, resizing and upsampling.")
    options: bool = option(False, "Also score --tile and guided upsampling (needs --data_dir).")
    output: str | None = option(None, "Prefix of the .md and .json to write.")


def run(config):
    """Measures everything; JSON-ready: "machine", "models" (a row each), "calls", "options"."""
    from dbdgan_tf.data import find_samples
    from dbdgan_tf.inference import BlurDetector
    from dbdgan_tf.verification import benchmarking

    def of_each(wanted, measure):
        return {Path(path).name: measure(path) for path in config.models} if wanted else {}

    samples = find_samples(config.data_dir, config.split)[: config.count] if config.data_dir else []
    rows = {path: benchmarking.count_work(path) for path in config.models}
    for path, row in rows.items():
        row["peak_megabytes"] = benchmarking.peak_megabytes(path)
    for threads in config.threads:
        for path, latency in _latencies(config, threads).items():
            rows[path][f"ms_{threads}"] = latency
    for path, row in rows.items():
        row |= _score(path, samples)
    report = {
        "machine": {"processor": platform.processor() or platform.machine(), "system": platform.platform()},
        "models": [{"model": Path(path).name, **row} for path, row in rows.items()],
        "calls": of_each(config.photo, lambda path: benchmarking.time_call(BlurDetector(path), config.photo)),
        "options": of_each(config.options, lambda path: benchmarking.compare_options(path, samples)),
    }
    if config.output:
        write_json(f"{config.output}.json", report)
        write_bytes(f"{config.output}.md", format_report(report))
    return report


def format_report(report):
    """The report as Markdown tables."""
    parts = [_table(report["models"])]
    if report["calls"]:
        parts.append(_table([{"model, ms": name, **parts} for name, parts in report["calls"].items()]))
    for name, options in report["options"].items():
        rows = [{"option": key, **row} for key, row in options.items()]
        parts.append(f"{name}, options:\n\n{_table(rows)}")
    return "\n".join(parts)


def _latencies(config, threads):
    from dbdgan_tf.verification.benchmarking import median_and_p90, model_runner, time_alternating

    runners = {path: model_runner(path, threads) for path in config.models}
    times = time_alternating(runners, config.rounds)
    return {name: median_and_p90(seconds) for name, seconds in times.items()}


def _score(path, samples):
    from dbdgan_tf.evaluation import evaluate, tflite_predictor

    if not samples:
        return {}
    metrics = evaluate(samples, tflite_predictor(path), positive="blur").metrics(resamples=0)
    return {"max_f": metrics["max_f"], "mae": metrics["mae"]}


def _table(rows):
    columns = list(dict.fromkeys(key for row in rows for key in row))
    return markdown_table(columns, [[_cell(row.get(column)) for column in columns] for row in rows])


def _cell(value):
    if isinstance(value, dict):
        return f"{value['median']:.1f} (p90 {value['p90']:.1f})"
    if isinstance(value, float):
        return f"{value:.4f}" if abs(value) < 1 else f"{value:.2f}"
    return "" if value is None else str(value)


def main(arguments=None):
    """Runs the command with these words, the program's name first, or with those of the process."""
    start(BenchmarkConfig, lambda config: print(format_report(run(config))), arguments)
