"""Trains a teacher: python -m trainers.teacher --flagfile=configs/teacher.flags --data_dir=DATA."""

from dbdgan_tf.command.flags import start
from dbdgan_tf.training.options import TeacherRun


def main(config):
    from dbdgan_tf.training.runner import run_teacher

    run_teacher(config)


if __name__ == "__main__":
    start(TeacherRun, main)
