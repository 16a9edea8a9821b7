"""`dbdgan batch`: photographs of folders and buckets into Parquet, on one machine or a cluster."""

import click

from dbdgan_tf.cli import options as shared
from dbdgan_tf.cli.score_command import roi_option, sharp_at_option


@click.command("batch")
@click.argument("sources", metavar="IN...", nargs=-1, required=True)
@click.argument("output", metavar="OUT")
@click.option("--column", default="path", help="Of Parquet lists.")
@click.option("--no-scores", is_flag=True, help="Maps alone: faster.")
@click.option("--maps", is_flag=True, help="Also the maps, as PNG in the column map_png.")
@click.option("--max-side", type=shared.COUNT, help="Longest side of the maps, px.  [default: the photo's]")
@roi_option
@sharp_at_option
@click.option("--seconds", type=shared.POSITIVE, default=60.0, help="Per photograph.")
@click.option("--workers", type=shared.COUNT, help="Processes.  [default: all cores of this machine]")
@click.option("--cpus", type=shared.COUNT, default=1, help="Cores of each.")
@click.option("--part-rows", type=shared.COUNT, default=256, help="Photographs of a part.")
@shared.max_megapixels_option
@shared.model_option
@shared.quiet_option
def command(sources, output, column, no_scores, workers, cpus, part_rows, quiet, **options):
    """Scores photographs IN (folders, globs, .txt and .parquet lists; paths, s3://, gs://, http://) into OUT.

    OUT is a folder of Parquet parts. The same command goes on where a run was stopped. RAY_ADDRESS names a
    cluster; without it the cores of this machine are used.

    \b
    dbdgan batch photos/ scores/
    dbdgan batch s3://bucket/list.parquet s3://bucket/scores --column uri --maps --workers 64
    """  # noqa: D301
    with shared.needs_extra("ray"):
        from dbdgan_tf.batch.job import run
    from dbdgan_tf.cli.pipeline import progress_bar

    def watch(parts, total):
        with progress_bar(None, total, "photos", quiet) as bar:
            for part in parts:
                bar.update(part["done"])
                yield part

    options |= {"model": str(shared.find_model(options["model"])), "scores": not no_scores}
    shared.silence_native_libraries()
    size = {"workers": shared.count_threads(workers), "cpus": cpus, "part_rows": part_rows}
    done, failed, skipped = run(sources, output, options, watch, column=column, **size)
    there = f", {skipped} were there already" * bool(skipped)
    click.echo(f"{done} written to {output}{there}; {failed} failed (column error)", err=True)
    return 1 if failed else 0
