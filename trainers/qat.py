"""Fine-tunes a student for int8: python -m trainers.qat --flagfile=configs/qat.flags --data_dir=DATA."""

from dbdgan_tf.command.flags import start
from dbdgan_tf.quantization.options import QatRun


def run(config):
    """Fine-tunes; returns what `choose_int8` says of the candidates, None with --pick=none."""
    from dbdgan_tf.quantization.runner import run_qat
    from dbdgan_tf.verification.int8_choice import choose_int8

    tuned = run_qat(config)
    return None if config.qat.pick == "none" else choose_int8(config, tuned)


if __name__ == "__main__":
    start(QatRun, run)
