"""Checks a .tflite file against its student: `python -m tflite.verify model.tflite --checkpoint=PREFIX`."""

from dbdgan_tf.verification.verify import main

if __name__ == "__main__":
    main()
