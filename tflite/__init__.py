"""Entry points for .tflite files: convert, verify, benchmark, detect."""
