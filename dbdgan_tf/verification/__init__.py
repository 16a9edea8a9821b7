"""Whether a .tflite file keeps what it promises: against its student, in time, in size, by operator."""
