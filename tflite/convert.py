"""Writes a student as .tflite: `python -m tflite.convert --checkpoint=PREFIX --output=model.tflite`."""

from dbdgan_tf.conversion.converter import main

if __name__ == "__main__":
    main()
