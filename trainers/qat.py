"""Fine-tunes a student for int8: python -m trainers.qat --flagfile=configs/cuhk_qat.flags --data_dir=DATA."""

from absl import app

from dbdgan_tf.command_errors import one_line_errors
from dbdgan_tf.quantization.options import QatRun
from trainers import flags


def run(config):
    """Fine-tunes; returns what `choose_int8` says of the candidates, None with --pick=none."""
    from dbdgan_tf.quantization.runner import run_qat
    from dbdgan_tf.verification.int8_choice import choose_int8

    tuned = run_qat(config)
    return None if config.qat.pick == "none" else choose_int8(config, tuned)


def main(argv):
    del argv
    with one_line_errors():
        run(flags.read(QatRun))


if __name__ == "__main__":
    flags.define(QatRun)
    app.run(main)
