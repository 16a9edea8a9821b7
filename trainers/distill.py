"""Trains a student: python -m trainers.distill --flagfile=configs/cuhk_distill.flags --data_dir=DATA."""

from absl import app

from dbdgan_tf.command_errors import one_line_errors
from dbdgan_tf.training.configuration import DistillRun
from trainers import flags


def main(argv):
    del argv
    from dbdgan_tf.training.runner import run_distillation

    with one_line_errors():
        run_distillation(flags.read(DistillRun))


if __name__ == "__main__":
    flags.define(DistillRun)
    app.run(main)
