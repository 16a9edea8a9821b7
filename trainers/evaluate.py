"""Scores a model or a folder of maps.

python -m trainers.evaluate --data_dir=DATA --split=test (--model=MODEL | --maps_dir=MAPS) --output_dir=OUT
"""

import dataclasses
from pathlib import Path

import numpy as np

from dbdgan_tf.atomic_file import write_json
from dbdgan_tf.command.flags import start
from dbdgan_tf.command.options import REQUIRED, check_exactly_one, option


@dataclasses.dataclass(frozen=True)
class EvaluateConfig:
    data_dir: tuple = option(REQUIRED, "Dataset folders with photographs and masks.")
    output_dir: str = option(REQUIRED, "Where the results go.")
    split: str = option("test", "Part of the dataset.", ("train", "test"))
    list: str | None = option(None, "Text file of the stems to score, one a line.")
    uniform_dir: str | None = option(None, "Folder of the photographs that --uniform_list names.")
    uniform_list: str | None = option(None, "Text file of 'sharp STEM', 'blurred STEM', all of a kind.")
    kinds: str | None = option(None, "Text file of 'KIND STEM': figures per kind of scene.")
    maps_dir: str | None = option(None, "Folder of blur maps, one <stem>.png per photograph.")
    model: str | None = option(None, "Model to run: PREFIX of a saved network, or a .tflite file.")
    positive: str = option("both", "Class that counts as positive.", ("blur", "focus", "both"))
    mask_polarity: str = option("auto", "What white means in the masks.", ("auto", "blur", "focus"))
    maps_polarity: str = option("blur", "What white means in --maps_dir.", ("blur", "focus"))
    name: str | None = option(None, "Name in tables; default: the model's or folder's.")
    allow_missing: bool = option(False, "Leave out photographs without a map, listing them.")
    save_maps: bool = option(True, "Keep a model's maps in OUTPUT_DIR/maps.")
    batch_size: int = option(4, "Photographs per model step.", at_least=1)
    image_size: tuple[int, int] | None = option(None, "Size in px for a network to work at.", at_least=32)
    bootstrap: int = option(1000, "Resamples behind the 95 % intervals; 0: none.", at_least=0)
    seed: int = option(0, "Seed of the bootstrap.")
    progress: bool = option(True, "Show a progress bar.")

    def __post_init__(self):
        if isinstance(self.data_dir, str):
            object.__setattr__(self, "data_dir", (self.data_dir,))
        check_exactly_one(self, "maps_dir", "model")
        folder, listed = self.uniform_dir, self.uniform_list
        if bool(folder) != bool(listed) or (folder and not self.model):
            raise ValueError(
                "--uniform_dir and --uniform_list go together, with --model. "
                f"Received: uniform_dir={folder!r}, uniform_list={listed!r}, model={self.model!r}."
            )


def run(config):
    from dbdgan_tf.evaluation import format_table, maps_predictor, model_predictor
    from dbdgan_tf.evaluation.kinds import read_kinds
    from dbdgan_tf.evaluation.result import EvaluationResult

    if config.maps_dir:
        predictor = maps_predictor(config.maps_dir, config.maps_polarity)
    else:
        predictor = model_predictor(config.model, config.batch_size, image_size=config.image_size)
    polarity = None if config.mask_polarity == "auto" else config.mask_polarity
    sources = listed_sources(config.data_dir, config.split, config.list, polarity)
    results, rows = {}, []
    scored = {sample.stem for samples in sources.values() for sample in samples}
    kinds = read_kinds(config.kinds, scored) if config.kinds else None
    for name, samples in sources.items():
        results[name], metrics = _evaluate_source(config, name, samples, predictor)
        rows += _rows(results[name].name if len(sources) == 1 else f"{results[name].name}, {name}", metrics)
    pooled = EvaluationResult.join(list(results.values()))
    if len(sources) > 1:
        rows += _rows(f"{pooled.name}, all", pooled.save(config.output_dir, config.bootstrap, config.seed))
    print(format_table(rows))
    for result in results.values():
        if result.missing:
            listed = ", ".join(result.missing)
            print(f"{len(result.missing)} photographs have no map and are left out: {listed}")
    if kinds:
        _report_kinds(config, pooled, kinds)
    uniform = _evaluate_uniform(config, predictor) if config.uniform_dir else None
    if len(results) > 1 or uniform:
        _print_selection(results, uniform)
    print(f"Results: {config.output_dir}")
    return results if len(results) > 1 else next(iter(results.values()))


def listed_sources(folders, split, listed=None, polarity=None):
    """Samples by their data set's name, of all stems or those of a list; a ValueError if a set has none."""
    from dbdgan_tf.data.layouts import find_samples, read_stems

    stems, sources = read_stems(listed) if listed else None, {}
    for folder in folders:
        samples = find_samples(folder, split, polarity)
        samples = [sample for sample in samples if stems is None or sample.stem in stems]
        if not samples:
            raise ValueError(f"{listed} names no photograph of {folder}. Allowed: stems found there.")
        sources[Path(folder).absolute().name] = samples
    if len(sources) < len(folders):
        raise ValueError(f"Two data sets of one name. Received: {','.join(map(str, folders))}.")
    return sources


def _evaluate_source(config, name, samples, predictor):
    from dbdgan_tf.evaluation import evaluate

    folder = Path(config.output_dir) / (name if len(config.data_dir) > 1 else "")
    result = evaluate(
        samples, predictor, config.positive, name=config.name or Path(config.maps_dir or config.model).name,
        allow_missing=config.allow_missing, progress=config.progress,
        save_maps_dir=folder / "maps" if config.model and config.save_maps else None,
    )  # fmt: skip
    return result, result.save(folder, config.bootstrap, config.seed)


def _rows(title, metrics):
    return [(title, one) for one in ([metrics] if "positive" in metrics else metrics.values())]


def _report_kinds(config, result, kinds):
    from dbdgan_tf.evaluation.kinds import format_kinds, kind_figures

    figures = kind_figures(result, kinds)
    print(format_kinds(figures))
    write_json(Path(config.output_dir) / "kinds.json", {"model": result.name, "kinds": figures})


def _evaluate_uniform(config, predictor):
    from dbdgan_tf.data import uniform_scenes

    groups = uniform_scenes.read_groups(config.uniform_list)
    photographs = uniform_scenes.uniform_photographs(config.uniform_dir, groups)
    shares = {}
    for group, found in uniform_scenes.in_focus_shares(photographs, predictor).items():
        shares[group] = float(np.mean(list(found.values())))
        worst = ", ".join(f"{stem} {share:.2f}" for stem, share in list(found.items())[:3])
        print(f"{len(found)} scenes {group} all over: in-focus share {shares[group]:.3f} (worst: {worst})")
    report = {"model": config.name or Path(config.model).name, "mean_in_focus_share": shares}
    write_json(Path(config.output_dir) / "uniform.json", report)
    return shares


def _print_selection(results, uniform):
    from dbdgan_tf.data.drawing import only_pairs
    from dbdgan_tf.metrics.scores import selection_score

    focus = {name: result.classes.get("focus") for name, result in results.items()}
    if None in focus.values():
        return
    pairs = [name for name, scores in focus.items() if only_pairs(scores.stems)]
    parts = {
        name: (float(scores.curves().f.max()), float(scores.values["mae"].mean()))
        for name, scores in focus.items() if name not in pairs
    }  # fmt: skip
    told = [f"{name} max F in focus {f:.4f} - MAE {mae:.4f}" for name, (f, mae) in parts.items()]
    errors = {}
    if pairs:
        errors["pair_error"] = 1 - float(np.mean([focus[name].values["accuracy"].mean() for name in pairs]))
        told.append(f"half of {errors['pair_error']:.4f} of the pixels of pairs wrong")
    if uniform:
        errors["uniform_error"] = (1 - uniform["sharp"] + uniform["blurred"]) / 2
        told.append(f"half of {errors['uniform_error']:.4f} of the pixels of uniform scenes wrong")
    print(f"Selection {selection_score(list(parts.values()), **errors):.4f}: {'; '.join(told)}")


if __name__ == "__main__":
    start(EvaluateConfig, run)
