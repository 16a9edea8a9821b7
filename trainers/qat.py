"""Fine-tunes a student for int8: python -m trainers.qat --flagfile=configs/cuhk_qat.flags --data_dir=DATA."""

from absl import app

from dbdgan_tf.command_errors import one_line_errors
from dbdgan_tf.quantization.options import QatRun
from trainers import flags


def main(argv):
    del argv
    from dbdgan_tf.quantization.runner import run_qat

    with one_line_errors():
        run_qat(flags.read(QatRun))


if __name__ == "__main__":
    flags.define(QatRun)
    app.run(main)
