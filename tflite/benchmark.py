"""Times, weighs and scores models: `python -m tflite.benchmark a.tflite b.tflite --data_dir=DATA`."""

from dbdgan_tf.verification.benchmark import main

if __name__ == "__main__":
    main()
