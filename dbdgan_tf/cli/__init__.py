"""`dbdgan`, the command, without TensorFlow; as --help must be instant, importing it imports click alone."""
