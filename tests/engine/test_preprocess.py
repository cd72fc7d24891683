"""The crop is torchvision's resize and centre crop in one step, and normalising is its ToTensor and
Normalize.
"""

import numpy as np
import pytest

from engine.preprocess import Preprocess

IMAGENET = Preprocess((3, 224, 224), 0.875, "bicubic", (0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


@pytest.mark.parametrize(
    ("size", "box"),
    [
        (
            (256, 256),
            (16, 16, 240, 240),
        ),  # the shorter side becomes 256, the middle 224 are cut out
        ((512, 256), (144, 16, 368, 240)),
        ((256, 1024), (16, 400, 240, 624)),
        ((128, 128), (8, 8, 120, 120)),
    ],
)
def test_the_crop_is_the_middle_of_the_resized_photo(size, box):
    assert IMAGENET.crop_box(*size) == pytest.approx(box)


def test_an_input_that_is_not_square_cuts_a_box_of_its_own_shape():
    left, top, right, bottom = Preprocess((3, 50, 100)).crop_box(300, 300)
    assert (right - left) / (bottom - top) == pytest.approx(2)
    assert (left, right) == (0, 300)


def test_the_crop_never_leaves_the_photo():
    for size in [(1, 1), (1, 700), (3000, 2), (640, 480)]:
        left, top, right, bottom = Preprocess((3, 64, 64)).crop_box(*size)
        assert left >= 0
        assert top >= 0
        assert right <= size[0]
        assert bottom <= size[1]


def test_normalising_scales_each_channel_by_its_own_mean_and_deviation():
    pixels = np.random.default_rng(0).integers(0, 256, (2, 5, 4, 3), np.uint8)
    x = IMAGENET.normalise(pixels)
    expected = (pixels / 255 - np.array(IMAGENET.mean)) / np.array(IMAGENET.std)
    assert x.dtype == np.float32
    assert x.transpose(0, 2, 3, 1).flags.c_contiguous
    np.testing.assert_allclose(x, expected.transpose(0, 3, 1, 2), atol=1e-6)
    np.testing.assert_array_equal(IMAGENET.normalise(pixels[1]), x[1:])


def test_the_keys_are_timms_and_come_back_as_they_went():
    told = IMAGENET.to_dict()
    assert set(told) == {"input_size", "crop_pct", "interpolation", "mean", "std"}
    assert Preprocess.from_dict(told) == IMAGENET


CAFFE = Preprocess(
    input_size=(3, 4, 5),
    mean=(103.939, 116.779, 123.68),
    std=(1.0, 1.0, 1.0),
    scale=1.0,
    channels="bgr",
)


def test_caffes_networks_get_blue_first_and_pixels_from_0_to_255():
    pixels = np.random.default_rng(0).integers(0, 256, (4, 5, 3), np.uint8)
    x = CAFFE.normalise(pixels)
    expected = pixels[..., ::-1] - np.array(CAFFE.mean)
    assert x.transpose(0, 2, 3, 1).flags.c_contiguous
    np.testing.assert_allclose(x[0].transpose(1, 2, 0), expected, atol=1e-4)
    assert Preprocess.from_dict(CAFFE.to_dict()) == CAFFE
    for channel, colour in enumerate((2, 1, 0)):
        assert CAFFE.colour_of(channel) == colour
        assert round(CAFFE.brightness(channel, x[0, channel, 1, 2])) == pixels[1, 2, colour]
    assert CAFFE.blank() == (123.68, 116.779, 103.939)


def test_a_grey_network_gets_one_channel():
    grey = Preprocess(input_size=(1, 4, 5), mean=(0.5,), std=(0.25,))
    pixels = np.random.default_rng(0).integers(0, 256, (4, 5, 1), np.uint8).repeat(3, 2)
    x = grey.normalise(pixels)
    assert x.shape == (1, 1, 4, 5)
    np.testing.assert_allclose(x[0, 0], (pixels[..., 0] / 255 - 0.5) / 0.25, atol=1e-6)
    assert grey.blank() == (127.5, 127.5, 127.5)


def test_zero_is_the_nearest_colour_that_a_pixel_can_have():
    odd = Preprocess(input_size=(3, 4, 5), mean=(-0.1, 0.5, 1.2))
    assert odd.blank() == (0.0, 127.5, 255.0)


@pytest.mark.parametrize(
    ("mode", "size", "box"),
    [
        ("squash", (200, 50), (0, 0, 200, 50)),
        ("border", (200, 50), (0, -75, 200, 125)),  # 40 × 10 pixels in the middle of 40 × 40
        ("border", (50, 200), (-75, 0, 125, 200)),
        ("border", (40, 40), (0, 0, 40, 40)),
        ("border", (1, 1000), (-19, 0, 21, 1000)),  # at least a pixel wide
    ],
)
def test_other_ways_to_fit_a_photo(mode, size, box):
    assert Preprocess((3, 40, 40), crop_mode=mode).crop_box(*size) == pytest.approx(box)


def test_less_than_all_of_it_is_cut_from_the_middle_in_every_mode():
    assert Preprocess((3, 40, 40), 0.8, crop_mode="squash").crop_box(100, 50) == pytest.approx(
        (10, 5, 90, 45)
    )
    # 50 × 25 pixels, of which the middle 40 columns are seen, with borders above and below.
    assert Preprocess((3, 40, 40), 0.8, crop_mode="border").crop_box(100, 50) == pytest.approx(
        (10, -14, 90, 66)
    )


def test_a_border_covers_whole_pixels_of_the_input():
    for width in range(3, 90):
        left, top, right, bottom = Preprocess((3, 24, 32), crop_mode="border").crop_box(width, 41)
        across, down = (right - left) / 32, (bottom - top) / 24
        assert left / across == pytest.approx(round(left / across))
        assert top / down == pytest.approx(round(top / down))
        assert width / across == pytest.approx(round(width / across))


def test_channels_are_given_what_they_say():
    pixels = np.random.default_rng(0).integers(0, 256, (4, 5, 3), np.uint8)
    steps = Preprocess((4, 4, 5), mean=(0.0,) * 4, std=(1.0,) * 4, scale=1.0, channels="b,r,51,a")
    x = steps.normalise(pixels)
    assert x.dtype == np.float32
    assert x.transpose(0, 2, 3, 1).flags.c_contiguous
    np.testing.assert_array_equal(x[0, 0], pixels[..., 2])
    np.testing.assert_array_equal(x[0, 1], pixels[..., 0])
    assert (x[0, 2] == 51).all()
    assert (x[0, 3] == 255).all()
    assert [steps.colour_of(channel) for channel in range(4)] == [2, 0, None, None]
    assert Preprocess.from_dict(steps.to_dict()) == steps
    only_red = Preprocess((1, 4, 5), mean=(0.0,), std=(1.0,), scale=1.0, channels="r")
    np.testing.assert_array_equal(only_red.normalise(pixels)[0, 0], pixels[..., 0])


@pytest.mark.parametrize(
    "change",
    [{"crop_mode": "letterbox"}, {"source": "rumour"}, {"channels": "rgba"}, {"channels": 3}, {"channels": "xyz"}],
)  # fmt: skip
def test_what_cannot_be_is_refused(change):
    with pytest.raises(ValueError, match=r"prepare|float"):
        Preprocess.from_dict({**IMAGENET.to_dict(), **change})
