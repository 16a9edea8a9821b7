"""Trains a teacher: python -m trainers.teacher --flagfile=configs/cuhk_teacher.flags --data_dir=DATA."""

from absl import app

from dbdgan_tf.command_errors import one_line_errors
from dbdgan_tf.training.configuration import TeacherRun
from trainers import flags


def main(argv):
    del argv
    from dbdgan_tf.training.runner import run_teacher

    with one_line_errors():
        run_teacher(flags.read(TeacherRun))


if __name__ == "__main__":
    flags.define(TeacherRun)
    app.run(main)
