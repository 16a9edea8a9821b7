"""Read by every Python process of the notebooks: trainings run functions as they are written.

Tracing a step of training takes far longer than the one step that a smoke run takes.
"""

import sys

if {"trainers.teacher", "trainers.distill", "trainers.qat"} & set(sys.orig_argv):
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
