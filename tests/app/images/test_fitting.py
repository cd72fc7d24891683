"""How a photo of other proportions is made to fit: its middle, stretched, or with borders (timm's
crop modes).
"""

import numpy as np
import pytest
from PIL import Image

from app.images.decoding import Limits
from app.images.fitting import fit, surroundings
from engine.preprocess import Preprocess
from tests.app.bringing import as_onnx, bring, net
from tests.app.conftest import as_file, decode, picture_bytes
from tests.app.images.picture_cases import cases

LIMITS = Limits(10**7, 10**7)


def prepared(mode, size=(3, 8, 8), **more):
    return Preprocess(size, crop_mode=mode, interpolation="bilinear", **more)


def photo(width, height):
    """Left half red, right half green, the upper and lower fifth blue."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[:, : width // 2, 0] = pixels[:, width // 2 :, 1] = 200
    pixels[: height // 5] = pixels[-height // 5 :] = (0, 0, 200)
    return decode(as_file(Image.fromarray(pixels)), LIMITS)


def test_squash_shows_all_of_the_photo():
    seen = fit(photo(400, 100), prepared("squash", (3, 10, 10)))
    assert seen.shape == (10, 10, 3)
    assert seen[5, 0].tolist() == [200, 0, 0]
    assert seen[5, 9].tolist() == [0, 200, 0]
    assert seen[0, 4].tolist() == seen[9, 4].tolist() == [0, 0, 200]


def test_border_shows_all_of_it_in_its_proportions():
    seen = fit(photo(400, 100), prepared("border", (3, 20, 20)))
    grey = [128, 128, 128]  # the mean colour, which the network takes for zero
    assert (seen[:7] == grey).all()
    assert (seen[12:] == grey).all()
    assert seen[7, 3, 2] > 150 < seen[11, 3, 2]  # the photo's upper and lower edge
    assert seen[9, 2].tolist() == [200, 0, 0]
    assert seen[9, 17].tolist() == [0, 200, 0]


def test_a_tall_photo_has_its_borders_at_the_sides():
    seen = fit(photo(30, 90), prepared("border", (3, 9, 9), mean=(0, 0, 0), std=(1, 1, 1)))
    assert (seen[:, :3] == 0).all()
    assert (seen[:, 6:] == 0).all()
    assert seen[4, 3].tolist() == [200, 0, 0]


def test_center_shows_the_middle():
    seen = fit(photo(400, 100), prepared("center"))
    assert seen[4, 1].tolist() == [200, 0, 0]
    assert seen[4, 6].tolist() == [0, 200, 0]


@pytest.mark.parametrize("mode", ["center", "squash", "border"])
@pytest.mark.parametrize("size", [(37, 90), (90, 37), (50, 50), (1, 300), (3, 2)])
@pytest.mark.parametrize("crop_pct", [1.0, 0.8])
def test_every_mode_fits_every_photo_and_has_surroundings(mode, size, crop_pct):
    steps = prepared(mode, (3, 12, 20), crop_pct=crop_pct)
    picture = decode(picture_bytes(size), LIMITS)
    seen = fit(picture, steps)
    assert seen.shape == (12, 20, 3)
    around = surroundings(picture, steps, steps.crop_box(*size), seen, 4)
    assert around.shape == (20, 28, 3)
    np.testing.assert_array_equal(around[4:-4, 4:-4], seen)


def test_pixels_of_the_input_lie_where_the_box_says():
    """A white point of the photo is found on the input where the box maps it to, with borders,
    too.
    """
    pixels = np.zeros((120, 200, 3), np.uint8)
    pixels[60:64, 150:154] = 255
    picture = decode(as_file(Image.fromarray(pixels)), LIMITS)
    for mode in ("center", "squash", "border"):
        steps = prepared(mode, (3, 50, 50), mean=(0, 0, 0), std=(1, 1, 1))
        left, top, right, bottom = steps.crop_box(200, 120)
        seen = fit(picture, steps)[..., 0].astype(float)
        if mode == "center":
            assert right - left == 120
            continue
        y, x = (
            float((seen.sum(axis=1 - axis) * (np.arange(50) + 0.5)).sum() / seen.sum())
            for axis in (0, 1)
        )
        assert left + x * (right - left) / 50 == pytest.approx(152, abs=0.5)
        assert top + y * (bottom - top) / 50 == pytest.approx(62, abs=0.5)


@pytest.mark.parametrize("case", cases(120, 60, noise=3), ids=lambda case: case.name)
@pytest.mark.parametrize("name", ["nearest", "bilinear", "bicubic"])
def test_some_rows_at_a_time_give_the_pixels_of_resizing_the_whole(monkeypatch, case, name):
    monkeypatch.setattr("app.images.fitting.BAND_PIXELS", 700)
    picture = decode(case.data, LIMITS)
    whole = picture.rows()
    for box in [(0, 0, 60, 60), (3.3, 1.7, 49.1, 58.2), (20, 30, 22, 31.5)]:
        small = whole.resize((13, 9), Image.Resampling[name.upper()], box)
        expected = small if picture.to_srgb is None else picture.to_srgb(small)
        steps = Preprocess((3, 9, 13), interpolation=name)
        np.testing.assert_array_equal(fit(picture, steps, box), np.asarray(expected))


class TestOverHTTP:
    def test_the_box_and_what_a_number_sees_lie_on_the_photo(self, own):
        model = bring(own, as_onnx(net()), crop_mode="border")
        assert model["preprocess"]["crop_mode"] == "border"
        sent = {"params": {"model": model["id"]}, "content": picture_bytes((40, 20))}
        done = own.post("/api/v1/analyses", **sent).json()
        assert done["input"]["crop"] == [0, -10, 40, 30]
        why = own.get(
            f"/api/v1/analyses/{done['id']}/layers/conv/explain",
            params={"channel": 0, "y": 4, "x": 4},
        ).json()
        assert why["receptive_field"]["photo"] == {"left": 15, "top": 5, "right": 30, "bottom": 20}

    def test_squash_maps_each_side_by_itself(self, own):
        model = bring(own, as_onnx(net()), crop_mode="squash")
        sent = {"params": {"model": model["id"]}, "content": picture_bytes((40, 16))}
        done = own.post("/api/v1/analyses", **sent).json()
        assert done["input"]["crop"] == [0, 0, 40, 16]
        why = own.get(
            f"/api/v1/analyses/{done['id']}/layers/conv/explain",
            params={"channel": 0, "y": 4, "x": 4},
        ).json()
        assert why["receptive_field"]["photo"] == {"left": 15, "top": 6, "right": 30, "bottom": 12}

    def test_a_chosen_part_is_shown_as_before(self, own):
        model = bring(own, as_onnx(net()), crop_mode="border")
        sent = {
            "params": {"model": model["id"], "crop": "4,4,12,12"},
            "content": picture_bytes((40, 20)),
        }
        assert own.post("/api/v1/analyses", **sent).json()["input"]["crop"] == [4, 4, 12, 12]
