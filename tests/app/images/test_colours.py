"""Colour profiles that are broken, hostile, for other pictures or enormous are passed over; what
changes nothing costs nothing.
"""

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from app.images import colours
from app.images.decoding import Limits
from app.images.fitting import fit
from engine.preprocess import Preprocess
from tests.app.conftest import as_file, decode
from tests.app.images.picture_files import (
    BLUE_LIGHT,
    GREEN_LIGHT,
    RED_LIGHT,
    grey_profile,
    inks_profile,
    profile,
)

LIMITS = Limits(10 * 2**20, 25_000_000)
SWAPPED = profile(red=GREEN_LIGHT, green=BLUE_LIGHT, blue=RED_LIGHT)


def seen(image, **options):
    steps = Preprocess(input_size=(3, image.height, image.width))
    return fit(decode(as_file(image, **options), LIMITS), steps)


def orange(mode="RGB"):
    return Image.new("RGB", (4, 4), (250, 140, 20)).convert(mode)


def test_srgb_itself_is_not_converted():
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for data in (srgb, profile(gamma=None)):
        image = Image.open(io.BytesIO(as_file(orange(), icc_profile=data)))
        assert colours.to_srgb(image) is None


def test_a_profile_cut_short_anywhere_is_passed_over_or_followed():
    for length in range(0, len(SWAPPED), 7):
        assert seen(orange(), icc_profile=SWAPPED[:length]).shape == (4, 4, 3)


def test_a_mutilated_profile_spoils_no_picture():
    rng = np.random.default_rng(0)
    for _ in range(150):
        data = bytearray(SWAPPED if rng.random() < 0.5 else inks_profile([(50, 0, 0)] * 4))
        for place in rng.integers(0, len(data), rng.integers(1, 20)):
            data[place] = rng.choice([0, 1, 127, 255, rng.integers(256)])
        image = orange("CMYK" if data[16:20] == b"CMYK" else "RGB")
        kind = "JPEG" if image.mode == "CMYK" else "PNG"
        assert seen(image, kind=kind, icc_profile=bytes(data)).shape == (4, 4, 3)


def test_an_enormous_profile_is_passed_over(monkeypatch):
    monkeypatch.setattr(colours, "_MAX_PROFILE", len(SWAPPED) - 1)
    assert seen(orange(), icc_profile=SWAPPED)[0, 0].tolist() == [250, 140, 20]


@pytest.mark.parametrize("data", [grey_profile(1.0), inks_profile([(50, 0, 0)] * 4)])
def test_a_profile_for_other_pictures_is_passed_over(data):
    assert seen(orange(), icc_profile=data)[0, 0].tolist() == [250, 140, 20]


def test_black_ink_is_what_the_press_says():
    inks = Image.new("CMYK", (16, 16), (0, 0, 0, 255))
    press = inks_profile([(50, 0, 0), (50, 0, 0), (50, 0, 0), (53.6, 0, 0)])
    grey = seen(inks, kind="JPEG", quality=98, icc_profile=press)[8, 8]
    assert np.abs(grey.astype(int) - 128).max() <= 2


def test_a_network_without_colours_sees_the_light_that_the_profile_says():
    """Grey is made after the conversion: green that is stored as red is as light as green."""
    green = Image.new("RGB", (4, 4), (0, 0, 255))  # in SWAPPED, blue's number is the light of red
    steps = Preprocess(input_size=(1, 4, 4), mean=(0,), std=(1,))
    picture = decode(as_file(green, icc_profile=SWAPPED), LIMITS)
    assert abs(int(fit(picture, steps)[0, 0, 0]) - 76) <= 2  # red's share of luma: 0.299 × 255
