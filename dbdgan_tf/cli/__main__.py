"""`python -m dbdgan_tf.cli` is the same as `dbdgan`."""

from dbdgan_tf.cli.main import main

main()
