"""What people ask of a score, on pictures whose answer is known."""

import cv2
import numpy as np
import pytest

import dbdgan_tf
from dbdgan_tf.evaluation.degradations import blurred, disc, motion_kernel, text_page
from dbdgan_tf.sharpness import Score, relative_roi, score_pixels

IN_FOCUS = np.zeros((8, 8), np.float32)


def score(image, blur_map=IN_FOCUS, **options):
    return score_pixels(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), blur_map, **options)


def answer(image):
    found = score(image)
    return found.verdict, found.blur


@pytest.fixture(scope="module")
def photo(scene):
    return scene(480, 640)


def shrunk(image, size):
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)


def noisy(image, sd):
    noise = np.random.default_rng(0).normal(0, sd, image.shape)
    return np.clip(np.rint(image + noise), 0, 255).astype(np.uint8)


def test_blur_at_the_photographs_own_resolution(photo):
    sharp = [photo, noisy(photo, 8), shrunk(photo, (320, 240))]
    soft = [disc(photo, 2), disc(photo, 4), noisy(disc(photo, 3), 8)]
    moved = [blurred(photo, motion_kernel(length, 0.5)) for length in (9, 21)]
    assert [answer(image) for image in sharp] == [("sharp", "none")] * 3
    assert [answer(image) for image in soft] == [("soft", "defocus")] * 3
    assert [answer(image) for image in moved] == [("soft", "motion")] * 2
    least = min(score(image).sharpness for image in sharp)
    assert all(score(image).sharpness < least for image in soft + moved)


def test_columns_of_one_photograph(photo):
    found = [score(disc(photo, radius)) for radius in (0, 2, 4, 8)]
    for column, sign in (("sharpness", -1), ("sharp_up_to", -1), ("edge_px", 1)):
        values = [sign * getattr(item, column) for item in found]
        assert values == sorted(values) and len(set(values)) == 4, column
    assert (found[0].width, found[0].height, found[0].sharp_up_to) == (640, 480, 640)
    # A disc of radius 4 rises from 10 to 90 % over 1.37 radii.
    assert found[2].edge_px == pytest.approx(1.37 * 4, rel=0.3)
    small = score(shrunk(disc(photo, 8), (320, 240)))
    assert small.sharp_up_to == pytest.approx(found[3].sharp_up_to, rel=0.15)


def test_noise_and_flat_pictures_are_uncertain():
    noise = noisy(np.full((600, 800, 3), 60), 25)
    assert score(noise) == Score("uncertain", 0.0, None, 0, "none", 1.0, 800, 600)
    assert score(np.full((600, 800, 3), 60, np.uint8)).verdict == "uncertain"


def test_text():
    page = text_page(letter=28)
    assert page.shape[1] == 1654 and answer(page) == ("sharp", "none")
    assert answer(cv2.GaussianBlur(page, (0, 0), 8)) == ("soft", "defocus")


def test_a_smeared_subject(photo):
    moved = photo.copy()
    moved[120:360, 160:480] = blurred(photo, motion_kernel(15, 0))[120:360, 160:480]
    subject = score(moved, roi=(160, 120, 320, 240))
    assert (subject.verdict, subject.blur) == ("soft", "motion")
    assert score(moved, roi=(0, 0, 1, 0.25)).verdict == "sharp"


@pytest.mark.parametrize("side", [100, 200])
@pytest.mark.parametrize("seen", [False, True])
def test_a_crisp_bird_before_a_large_soft_background(scene, photo, side, seen):
    background = cv2.GaussianBlur(cv2.resize(photo, (1600, 1200)), (0, 0), 15)
    place = np.s_[600 - side // 2 : 600 + side // 2, 800 - side // 2 : 800 + side // 2]
    bird = cv2.circle(np.zeros((side, side), np.uint8), (side // 2, side // 2), side // 2 - 1, 1, -1)
    background[place] = np.where(bird[..., None], scene(side, side, seed=3), background[place])
    blur_map = np.ones((1200, 1600), np.float32)
    blur_map[place] = 1 - seen * bird
    assert score(background, blur_map).verdict == "sharp"
    assert score(cv2.GaussianBlur(background, (0, 0), 5), blur_map).verdict == "soft"


@pytest.mark.parametrize("blur", [0, 2])
def test_the_same_picture_side_by_side(photo, blur):
    found = [score(np.tile(disc(photo, blur), (1, times, 1))).sharpness for times in (1, 4, 8, 12)]
    assert found[1:] == pytest.approx([found[0]] * 3, abs=0.08)


@pytest.mark.parametrize("width", [640, 200, 64])
def test_small_copies_of_a_sharp_photograph_are_sharp(photo, width):
    found = score(shrunk(photo, (width, width * 3 // 4)))
    assert found.verdict == "sharp" and found.sharpness > 0.6


def test_share_in_focus_of_photo_and_region(photo):
    blur_map = np.ones((40, 80), np.float32)
    blur_map[10:20, 40:60] = 0
    assert score(photo, blur_map).in_focus == 200 / 3200
    assert score(photo, blur_map, roi=(0.5, 0.25, 0.5, 0.25)).in_focus == 0.5
    assert score(photo, blur_map, roi=(0.999, 0.999, 0.001, 0.001)).verdict == "uncertain"


def test_region_in_pixels_and_in_shares():
    assert relative_roi((100, 50, 200, 100), (400, 800)) == (0.125, 0.125, 0.25, 0.25)
    assert relative_roi((0.5, 0.5, 1, 1), (400, 800)) == (0.5, 0.5, 0.5, 0.5)
    for roi in ((900, 0, 10, 10), (0, 0, 0, 10), (-5, 0, 10, 10)):
        with pytest.raises(ValueError, match="outside of the photograph, 800 x 400"):
            relative_roi(roi, (400, 800))


def test_one_line_with_the_bundled_model(photo):
    found = dbdgan_tf.score(photo)
    assert found.verdict == "sharp" and 0 <= found.in_focus <= 1
    assert dbdgan_tf.score(disc(photo, 4)).verdict == "soft"
