"""`dbdgan batch`: photographs of folders and buckets into Parquet, on one machine or a cluster."""

import click

from dbdgan_tf.cli.options import (
    NumberRange,
    count_threads,
    find_model,
    max_megapixels_option,
    model_option,
    needs_extra,
    quiet_option,
    silence_native_libraries,
)
from dbdgan_tf.cli.score_command import roi_option, sharp_at_option


@click.command("batch", short_help="Scores and maps of many photographs into Parquet.")
@click.argument("sources", metavar="IN...", nargs=-1, required=True)
@click.argument("output", metavar="OUT")
@click.option("--column", default="path", show_default=True, help="Of Parquet lists.")
@click.option(
    "--no-scores", "scores", is_flag=True, default=True, flag_value=False, help="Maps alone: faster."
)
@click.option("--maps", is_flag=True, help="Also the maps, as PNG in the column map_png.")
@click.option(
    "--max-side", type=click.IntRange(1), help="Longest side of the maps, px.  [default: the photo's]"
)
@roi_option
@sharp_at_option
@click.option(
    "--seconds", type=NumberRange(0, min_open=True), default=60.0, show_default=True, help="Per photograph."
)
@click.option("--workers", type=click.IntRange(1), help="Processes.  [default: all cores of this machine]")
@click.option("--cpus", type=click.IntRange(1), default=1, show_default=True, help="Cores of each.")
@click.option(
    "--part-rows", type=click.IntRange(1), default=256, show_default=True, help="Photographs of a part."
)
@max_megapixels_option
@model_option
@quiet_option
def command(sources, output, column, workers, cpus, part_rows, quiet, **options):
    """Scores photographs IN (folders, globs, .txt and .parquet lists; paths, s3://, gs://, http://) into OUT.

    OUT is a folder of Parquet parts. The same command goes on where a run was stopped. RAY_ADDRESS names a
    cluster; without it the cores of this machine are used.

    \b
    dbdgan batch photos/ scores/
    dbdgan batch s3://bucket/list.parquet s3://bucket/scores --column uri --maps --workers 64
    """  # noqa: D301
    with needs_extra("ray"):
        from dbdgan_tf.batch.job import BatchConfig, run
    from dbdgan_tf.cli.pipeline import progress_bar

    def watch(parts, total):
        with progress_bar(None, total, "photos", quiet) as bar:
            for part in parts:
                bar.update(part["done"])
                yield part

    options["model"] = str(find_model(options["model"]))
    silence_native_libraries()
    config = BatchConfig(sources, output, column, count_threads(workers), cpus, part_rows, options)
    done, failed, skipped = run(config, watch)
    there = f", {skipped} were there already" * bool(skipped)
    click.echo(f"{done} written to {output}{there}; {failed} failed (column error)", err=True)
    return 1 if failed else 0
