"""Scores against pictures whose sharpness is known."""

import cv2
import numpy as np
import pytest

from dbdgan_tf.cli.scoring import (
    Score,
    relative_roi,
    score_photo,
    standard_grey,
    subject_focus,
    window_sharpness,
)


def edge(width, contrast=200.0):
    """A vertical edge, a Gaussian integral of that standard deviation, at the standard size."""
    x = np.arange(640) - 319.5
    profile = np.cumsum(np.exp(-(x**2) / (2 * width**2)))
    return np.tile((20 + contrast * profile / profile[-1]).astype(np.float32), (480, 1))


@pytest.mark.parametrize("width", [1.0, 1.5, 2.0, 3.0])
@pytest.mark.parametrize("contrast", [60.0, 200.0])
def test_edge_width_is_recovered_whatever_the_contrast(width, contrast):
    sharpness, textured = window_sharpness(edge(width, contrast))
    assert textured.any() and not textured.all()
    found = 0.6 / sharpness[:, 19:21].max()
    assert found == pytest.approx(width, rel=0.2)


def test_the_thinnest_edge_is_1():
    sharpness, _ = window_sharpness(
        np.where(np.arange(640) < 320, 20, 220).astype(np.float32)[None].repeat(480, 0)
    )
    assert sharpness.max() == 1


def detailed_photo():
    field = np.random.default_rng(2).integers(0, 256, (90, 120, 3), np.uint8)
    return cv2.resize(field, (1920, 1440), interpolation=cv2.INTER_CUBIC)


@pytest.mark.parametrize("blur", [0, 6, 12])
def test_scores_do_not_depend_on_the_resolution(blur):
    photo = cv2.GaussianBlur(detailed_photo(), (0, 0), blur) if blur else detailed_photo()
    blur_map = np.zeros((32, 32), np.float32)
    full = score_photo(photo, blur_map)
    for scale in (0.75, 0.5, 0.35):
        small = score_photo(
            cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), blur_map
        )
        assert small.sharpness == pytest.approx(full.sharpness, abs=0.05)
        assert small.uncertain == full.uncertain


def test_more_blur_less_sharp():
    blurred = [cv2.GaussianBlur(detailed_photo(), (0, 0), blur) for blur in (2, 5, 10, 20)]
    found = [score_photo(photo, np.zeros((8, 8), np.float32)).sharpness for photo in blurred]
    assert found == sorted(found, reverse=True) and found[0] > 2 * found[-1]


def test_a_sharp_region_that_the_model_calls_blurred_does_not_count():
    photo, blur_map = detailed_photo(), np.ones((32, 32), np.float32)
    assert score_photo(photo, blur_map).sharpness == 0
    blur_map[8:16, 8:16] = 0
    assert score_photo(photo, blur_map).sharpness > 0.2


@pytest.mark.parametrize("noise", [0, 1])
def test_flat_pictures_are_uncertain(noise):
    sky = np.tile(np.linspace(120, 200, 800)[:, None, None], (1, 1200, 3))
    sky = sky + np.random.default_rng(0).normal(0, noise, sky.shape)
    score = score_photo(sky.astype(np.uint8), np.zeros((8, 8), np.float32))
    assert score.uncertain and score.verdict() == "uncertain"
    assert not score_photo(detailed_photo(), np.zeros((8, 8), np.float32)).uncertain


def place(row, column):
    """A map in focus in one place of a quarter of each side only."""
    blur_map = np.ones((64, 64), np.float32)
    blur_map[row : row + 16, column : column + 16] = 0
    return blur_map


def test_subject_focus_by_hand():
    assert subject_focus(np.zeros((10, 10), np.float32)) == 1
    assert subject_focus(np.ones((10, 10), np.float32)) == 0
    # In the centre a soft background costs nothing; a corner is 24/64 off in both directions.
    assert subject_focus(place(24, 24)) == 1
    assert subject_focus(place(0, 0)) == pytest.approx(np.exp(-2 * 0.375**2 / (2 * 0.35**2)), abs=1e-5)
    assert subject_focus(place(14, 24)) == pytest.approx(np.exp(-((10 / 64) ** 2) / (2 * 0.35**2)), abs=1e-5)


def test_subject_in_a_region():
    blur_map = np.ones((40, 80), np.float32)
    blur_map[10:20, 40:60] = 0
    assert subject_focus(blur_map, (0.5, 0.25, 0.25, 0.25)) == 1
    assert subject_focus(blur_map, (0.5, 0.25, 0.5, 0.25)) == 0.5
    assert subject_focus(blur_map, (0.999, 0.999, 0.001, 0.001)) == 0


def test_roi_in_pixels_and_in_shares():
    assert relative_roi((100, 50, 200, 100), (400, 800)) == (0.125, 0.125, 0.25, 0.25)
    assert relative_roi((0.5, 0.5, 1, 1), (400, 800)) == (0.5, 0.5, 0.5, 0.5)
    for roi in ((900, 0, 10, 10), (0, 0, 0, 10), (-5, 0, 10, 10)):
        with pytest.raises(ValueError, match="outside of the photograph, 800 x 400"):
            relative_roi(roi, (400, 800))


def test_verdict():
    assert Score(0.1, 0.9, 0.6, False).verdict() == "sharp"
    assert Score(0.1, 0.9, 0.6, False).verdict(0.7) == "soft"
    assert Score(0.1, 0.9, 0.6, True).verdict() == "uncertain"


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 2), (20, 20)])
def test_odd_sizes(size):
    score = score_photo(np.full((*size, 3), 90, np.uint8), np.full((4, 4), 0.5, np.float32))
    assert score.uncertain and score.sharpness == 0
    assert max(standard_grey(np.zeros((*size, 3), np.uint8)).shape) == 640
