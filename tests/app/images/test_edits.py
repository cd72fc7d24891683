"""What is done to a photo before the network sees it again: where each pixel comes from, and what
was there for it.
"""

import math

import numpy as np
import pytest
from PIL import Image

from app.analyses.analysis import Changes, analyze
from app.analyses.variants import vary
from app.images.decoding import Limits
from app.images.edits import MARGIN, PhotoChanges, changed, shown_from
from app.images.fitting import fit, surroundings
from engine.preprocess import Preprocess
from tests.app.conftest import as_file, decode, picture_bytes

LIMITS = Limits(10**7, 10**7)
STEPS = Preprocess(input_size=(3, 20, 30), mean=(0.5, 0.4, 0.3))


def canvas(height=20, width=30):
    shape = (height + 2 * MARGIN, width + 2 * MARGIN, 3)
    return np.random.default_rng(3).integers(0, 256, shape, np.uint8)


def inner(around):
    return around[MARGIN:-MARGIN, MARGIN:-MARGIN]


def test_no_change_gives_the_same_pixels():
    around = canvas()
    np.testing.assert_array_equal(changed(around, PhotoChanges(), STEPS), inner(around))


@pytest.mark.parametrize("shift", [(8, 0), (-8, 8), (3, -5)])
def test_a_shift_brings_in_what_is_in_the_margin(shift):
    right, down = shift
    around = canvas()
    moved = changed(around, PhotoChanges(shift=shift), STEPS)
    expected = around[MARGIN - down :, MARGIN - right :][:20, :30]
    np.testing.assert_array_equal(moved, expected)


@pytest.mark.parametrize(("degrees", "turns"), [(90.0, -1), (-90.0, 1), (180.0, 2)])
def test_a_quarter_turn_is_clockwise(degrees, turns):
    around = canvas(20, 20)
    turned = changed(around, PhotoChanges(rotate=degrees), STEPS)
    np.testing.assert_array_equal(turned, np.rot90(inner(around), turns))


@pytest.mark.parametrize(("height", "width"), [(64, 64), (10, 100), (100, 10)])
def test_a_turn_shows_no_corner_that_is_not_the_photos(height, width):
    around = np.full((height + 2 * MARGIN, width + 2 * MARGIN, 3), 200, np.uint8)
    for degrees in range(-180, 181, 15):
        turned = changed(around, PhotoChanges(rotate=float(degrees)), STEPS)
        assert turned.shape == (height, width, 3)
        assert (turned == 200).all(), degrees


def test_blur_keeps_the_mean_and_takes_the_contrast():
    around = canvas()
    blurred = changed(around, PhotoChanges(blur=2.0), STEPS)
    assert blurred.std() < inner(around).std() / 3
    assert blurred.mean() == pytest.approx(inner(around).mean(), rel=0.05)


def test_what_is_covered_is_nothing_to_the_network_and_comes_last():
    cover = ((0, 0, 4, 3), (25, 15, 60000, 60000), (9, 9, 2, 2))
    pixels = changed(canvas(), PhotoChanges(shift=(2, 2), blur=1.0, occlude=cover), STEPS)
    uncovered = changed(canvas(), PhotoChanges(shift=(2, 2), blur=1.0), STEPS)
    hidden = np.zeros((20, 30), bool)
    hidden[:3, :4] = hidden[15:, 25:] = True
    # As near to the mean colour as whole numbers come: half a step of 255.
    half = 0.501 / 255 / min(STEPS.std)
    np.testing.assert_allclose(STEPS.normalise(pixels)[0][:, hidden], 0, atol=half)
    np.testing.assert_array_equal(pixels[~hidden], uncovered[~hidden])


def test_where_a_box_of_the_changed_photo_was():
    box = (0.0, 0.0, 10.0, 20.0)
    assert shown_from(PhotoChanges(blur=2.0), box, (40, 40)) == pytest.approx(box)
    assert shown_from(PhotoChanges(shift=(3, -2)), box, (40, 40)) == pytest.approx((-3, 2, 7, 22))
    # After a quarter turn clockwise, the upper left shows what was in the lower left.
    quarter = shown_from(PhotoChanges(rotate=90.0), box, (40, 40))
    assert quarter == pytest.approx((0, 30, 20, 40))
    r = 10 * math.sqrt(2)
    turned = shown_from(PhotoChanges(rotate=45.0), (10.0, 10.0, 30.0, 30.0), (40, 40))
    assert turned == pytest.approx((20 - r, 20 - r, 20 + r, 20 + r))


@pytest.mark.parametrize("degrees", [90.0, 33.0, -120.0])
@pytest.mark.parametrize("shift", [(0, 0), (6, -4)])
def test_a_dot_of_the_changed_photo_was_in_the_box_that_is_said(degrees, shift):
    around = np.zeros((40 + 2 * MARGIN, 40 + 2 * MARGIN, 3), np.uint8)
    around[MARGIN + 12 : MARGIN + 15, MARGIN + 22 : MARGIN + 25] = 255
    seen = changed(around, PhotoChanges(shift=shift, rotate=degrees), STEPS)[..., 0]
    y, x = np.unravel_index(seen.argmax(), seen.shape)
    left, top, right, bottom = shown_from(
        PhotoChanges(shift=shift, rotate=degrees), (x, y, x + 1, y + 1), (40, 40)
    )
    assert right > 22
    assert left < 25
    assert bottom > 12
    assert top < 15


def test_around_the_crop_the_photo_goes_on_and_then_its_edge_is_repeated():
    picture = decode(picture_bytes((60, 20)), LIMITS)
    steps = Preprocess(input_size=(3, 20, 20), crop_pct=1.0)
    box = (5.0, 0.0, 25.0, 20.0)  # one to one
    pixels = fit(picture, steps, box)
    around = surroundings(picture, steps, box, pixels, MARGIN)
    photo = np.asarray(picture.rows())
    np.testing.assert_array_equal(inner(around), pixels)
    np.testing.assert_array_equal(around[MARGIN:-MARGIN, -MARGIN:], photo[:, 25:33])
    np.testing.assert_array_equal(around[MARGIN:-MARGIN, 3:MARGIN], photo[:, :5])
    np.testing.assert_array_equal(around[MARGIN:-MARGIN, 0], photo[:, 0])
    np.testing.assert_array_equal(
        around[:MARGIN], np.repeat(around[MARGIN : MARGIN + 1], MARGIN, 0)
    )


@pytest.mark.parametrize("shift", [(8, 0), (-8, 0), (8, -8), (3, 5)])
def test_a_shift_equals_a_crop_moved_the_other_way(tiny, shift):
    """Where the photo has content, to within the rounding of one resize against another."""
    y, x = np.mgrid[0:120, 0:160]
    smooth = np.stack([128 + 90 * np.sin(x / 17 + k) * np.cos(y / 13) for k in range(3)], axis=-1)
    data = as_file(Image.fromarray(smooth.astype(np.uint8)))
    one_pixel = 4  # 8 pixels of input are 32 of the photo
    original = analyze("tiny", tiny, data, LIMITS, crop=(60, 40, 92, 72))
    right, down = (n * one_pixel for n in shift)
    moved = vary(original, Changes(PhotoChanges(shift=shift), ()), "moved")
    crop = (60 - right, 40 - down, 92 - right, 72 - down)
    independent = analyze("tiny", tiny, data, LIMITS, crop=crop)
    gap = moved.photo.pixels.astype(int) - independent.photo.pixels
    assert np.abs(gap).max() <= 1
