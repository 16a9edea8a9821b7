"""`dbdgan info`: what a model file says about itself."""

import dataclasses
import hashlib

import click

from dbdgan_tf.cli.options import find_model, json_option, tell


@click.command("info")
@click.argument("model", default="lite")
@json_option
def command(model, as_json):
    """Prints size, types, scaling, origin and scores of MODEL: a bundled one's name or a .tflite file."""
    tell(describe(model), as_json)


def describe(model):
    """JSON-ready facts about a model, named as `--model` is."""
    from dbdgan_tf.inference.bundled import check_model
    from dbdgan_tf.inference.interpreter import LiteRTModel
    from dbdgan_tf.model_file.flat_graph import read_graph
    from dbdgan_tf.model_file.metadata import read_metadata

    path = find_model(model)
    check_model(path)
    loaded = LiteRTModel(path, 1)
    content = path.read_bytes()
    graph = read_graph(content)
    return {
        "file": str(path),
        "megabytes": round(len(content) / 1e6, 3),
        "sha256": hashlib.sha256(content).hexdigest(),
        "input": f"{'x'.join(map(str, loaded.input.shape))} {loaded.input.dtype}",
        "output": f"{'x'.join(map(str, loaded.output.shape))} {loaded.output.dtype}",
        "parameters": graph.parameters(),
        "multiply_adds": graph.multiply_adds(),
        "xnnpack_partitions": loaded.delegation().partitions,
        **dataclasses.asdict(read_metadata(content)),
    }
