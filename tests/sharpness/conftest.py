"""Pictures that are sharp by construction."""

import cv2
import numpy as np
import pytest


@pytest.fixture(scope="session")
def scene():
    """Discs and turned boxes over each other, as sharp as pixels allow: scene(height, width, seed=0)."""

    def make(height, width, seed=0):
        rng, factor = np.random.default_rng(seed), 4
        canvas = np.full((height * factor, width * factor, 3), 128, np.uint8)
        for _ in range(height * width // 800):
            centre = rng.integers(0, (width * factor, height * factor))
            size, colour = rng.integers(16, 200, 2), rng.integers(0, 256, 3).tolist()
            if rng.random() < 0.5:
                cv2.circle(canvas, centre.tolist(), int(size[0]) // 2, colour, -1)
            else:
                box = cv2.boxPoints((centre.tolist(), size.tolist(), float(rng.uniform(0, 180))))
                cv2.fillPoly(canvas, [box.astype(np.int32)], colour)
        return cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA)

    return make
