"""Trains a student: python -m trainers.distill --flagfile=configs/lite.flags --data_dir=DATA."""

from dbdgan_tf.command.flags import start
from dbdgan_tf.training.options import DistillRun


def main(config):
    from dbdgan_tf.training.runner import run_distillation

    run_distillation(config)


if __name__ == "__main__":
    start(DistillRun, main)
