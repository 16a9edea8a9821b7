"""`dbdgan`, the command: maps, scores and films from the shell, without TensorFlow.

`dbdgan --help` must be instant, so this package and `main` import click alone; each command imports the rest.
"""
