"""Augmentation: what each setting does, alone and together."""

import numpy as np
import pytest

from engine.errors import TrainingError
from engine.preprocess import Preprocess
from engine.train.augment import AUGMENTATIONS, NONE, STRONG, Augmentation, augment, mix
from engine.train.losses import soft_targets

MEAN, STD = np.array([0.5, 0.4, 0.3]), np.array([0.25, 0.3, 0.2])
PICTURES = np.random.default_rng(0).integers(0, 256, (6, 12, 10, 3), np.uint8)


def seen(how, pictures=PICTURES, seed=1):
    """What comes out, as colours between 0 and 255, (N, H, W, 3)."""
    x = augment(pictures, how, MEAN, STD, np.random.default_rng(seed))
    return (x.transpose(0, 2, 3, 1) * STD + MEAN) * 255


def test_without_any_augmentation_it_is_what_the_network_sees_at_inference():
    preprocess = Preprocess((3, 12, 10), mean=tuple(MEAN), std=tuple(STD))
    x = augment(PICTURES, NONE, MEAN, STD, np.random.default_rng(0))
    np.testing.assert_allclose(x, preprocess.normalise(PICTURES), atol=2e-6)


@pytest.mark.parametrize("how", AUGMENTATIONS.values(), ids=AUGMENTATIONS)
def test_the_result_is_channels_last_float32_of_the_seed(how):
    first, again, other = (
        augment(PICTURES, how, MEAN, STD, np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    assert first.shape == (6, 3, 12, 10)
    assert first.dtype == np.float32
    assert first.transpose(0, 2, 3, 1).flags.c_contiguous
    np.testing.assert_array_equal(first, again)
    assert (how == NONE) == np.array_equal(first, other)


def test_a_mirrored_picture_is_the_mirror_image_and_twice_is_the_picture():
    always = Augmentation(mirror=1.0, shift=0)
    np.testing.assert_allclose(seen(always), PICTURES[:, :, ::-1], atol=1e-3)
    turned = seen(always).round().astype(np.uint8)
    np.testing.assert_allclose(seen(always, turned), PICTURES, atol=1e-3)


def test_half_of_many_are_mirrored():
    many = np.repeat(PICTURES[:1], 400, axis=0)
    mirrored = np.isclose(
        seen(Augmentation(mirror=0.5, shift=0), many)[:, 0, 0, 0], many[0, 0, -1, 0], atol=0.1
    )
    assert 150 < mirrored.sum() < 250


def test_a_shift_moves_whole_pixels_and_reflects_at_the_border():
    shifted = seen(Augmentation(mirror=0.0, shift=3))
    padded = np.pad(PICTURES, ((0, 0), (3, 3), (3, 3), (0, 0)), mode="reflect")
    found = set()
    for picture, source in zip(shifted, padded, strict=True):
        places = [
            (y, x)
            for y in range(7)
            for x in range(7)
            if np.allclose(picture, source[y : y + 12, x : x + 10], atol=1e-2)
        ]
        assert len(places) == 1
        found.update(places)
    assert len(found) > 3


def test_zoom_keeps_a_linear_ramp_linear_and_changes_its_slope():
    ramp = np.tile(np.arange(0, 120, 10, dtype=np.uint8)[:, None, None], (32, 1, 10, 3))
    zoomed = seen(Augmentation(mirror=0.0, shift=0, zoom=0.5), ramp)[:, 4:8, 5, 0]
    slopes = np.diff(zoomed, axis=1)
    # Where a picture shrinks, triangles on a grid wave a little around the straight line, as in
    # Pillow.
    np.testing.assert_allclose(slopes, slopes.mean(1, keepdims=True).repeat(3, 1), rtol=0.05)
    assert slopes.min() > 10 / 1.5 - 0.7
    assert slopes.max() < 10 * 1.5 + 0.7
    assert np.ptp(slopes[:, 1]) > 3
    np.testing.assert_allclose(zoomed.mean(1), 55, atol=0.6)  # the centre stays


def test_stretch_changes_height_against_width():
    ramps = np.tile(np.arange(0, 96, 8, dtype=np.uint8)[:, None, None], (32, 1, 12, 3))
    how = Augmentation(mirror=0.0, shift=0, stretch=0.4)
    down = np.diff(seen(how, ramps)[:, 5:7, 5, 0])[:, 0]
    across = np.diff(seen(how, ramps.swapaxes(1, 2))[:, 5, 5:7, 0])[:, 0]
    assert np.ptp(down) > 1
    np.testing.assert_allclose(down * across, 64, rtol=0.07)


def test_brightness_scales_the_colours():
    half = PICTURES // 2
    factors = seen(Augmentation(mirror=0.0, shift=0, brightness=0.3), half) / np.maximum(half, 1)
    each = np.median(factors, axis=(1, 2, 3))
    assert ((each > 0.7) & (each < 1.3)).all()
    assert np.ptp(each) > 0.1
    inside = half > 20
    assert np.allclose(
        factors[inside], np.broadcast_to(each[:, None, None, None], half.shape)[inside], atol=1e-3
    )


def test_contrast_keeps_the_mean_grey_and_saturation_each_pixels():
    calm = (PICTURES // 4 + 96).astype(
        np.uint8
    )  # far from black and white, where colours are cut off
    luma = [0.299, 0.587, 0.114]
    contrast = seen(Augmentation(mirror=0.0, shift=0, contrast=0.5), calm)
    np.testing.assert_allclose(
        (contrast @ luma).mean((1, 2)), (calm @ luma).mean((1, 2)), atol=1e-2
    )
    assert not np.allclose(contrast, calm, atol=1)
    saturation = seen(Augmentation(mirror=0.0, shift=0, saturation=0.5), calm)
    np.testing.assert_allclose(saturation @ luma, calm @ luma, atol=1e-2)
    assert not np.allclose(saturation, calm, atol=1)


def test_colours_stay_colours():
    strong = seen(Augmentation(brightness=1.0, contrast=1.0, saturation=1.0))
    assert strong.min() > -0.01
    assert strong.max() < 255.01


def test_erasing_hides_a_rectangle_of_the_mean_colour():
    x = augment(
        np.full((40, 32, 32, 3), 255, np.uint8),
        Augmentation(mirror=0.0, shift=0, erase=1.0),
        MEAN,
        STD,
        np.random.default_rng(0),
    )
    hidden = (x == 0).all(axis=1)
    for mask in hidden:
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        assert mask.sum() == len(rows) * len(columns)  # a rectangle, and nothing else
        assert mask.mean() < 0.27
    assert hidden.any(axis=(1, 2)).mean() > 0.8


def test_mixup_blends_pictures_and_truth_alike():
    x = np.eye(4, dtype=np.float32).repeat(4).reshape(4, 4, 2, 2)
    targets = soft_targets(np.arange(4), 4, 0.0, np.dtype(np.float32))
    mixed, mixed_targets = mix(x, targets, Augmentation(mixup=1.0), np.random.default_rng(3))
    np.testing.assert_allclose(mixed[:, :, 0, 0], mixed_targets, atol=1e-6)
    np.testing.assert_allclose(mixed_targets.sum(1), 1, atol=1e-6)
    assert not np.array_equal(mixed_targets, targets)


def test_cutmix_counts_the_pixels_that_it_took():
    x = np.eye(4, dtype=np.float32).repeat(64).reshape(4, 4, 8, 8)
    targets = soft_targets(np.arange(4), 4, 0.0, np.dtype(np.float32))
    before = x.copy()
    mixed, mixed_targets = mix(x, targets, Augmentation(cutmix=1.0), np.random.default_rng(3))
    np.testing.assert_allclose(mixed.mean((2, 3)), mixed_targets, atol=1e-6)
    assert set(np.unique(mixed)) == {0.0, 1.0}
    assert not np.array_equal(mixed_targets, targets)
    np.testing.assert_array_equal(x, before)


def test_without_mixing_the_batch_is_handed_on():
    x, targets = np.zeros((2, 3, 4, 4), np.float32), np.eye(2, dtype=np.float32)
    mixed, mixed_targets = mix(x, targets, STRONG, np.random.default_rng(0))
    assert mixed is x
    assert mixed_targets is targets


@pytest.mark.parametrize(
    "wrong",
    [
        {"mirror": 1.5},
        {"erase": -0.1},
        {"brightness": 2.0},
        {"zoom": -1.0},
        {"shift": -1},
        {"mixup": 0.6, "cutmix": 0.6},
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused(wrong):
    with pytest.raises(TrainingError):
        Augmentation(**wrong)


@pytest.mark.parametrize(
    "how", [*AUGMENTATIONS.values(), Augmentation(shift=2, zoom=0.5, mixup=0.3)]
)
def test_the_text_of_an_augmentation_reads_back(how):
    assert Augmentation.from_text(how.to_text()) == how


def test_a_text_changes_a_preset():
    assert Augmentation.from_text("strong,zoom=0.5,shift=2") == Augmentation(
        **{**vars(STRONG), "zoom": 0.5, "shift": 2}
    )


@pytest.mark.parametrize(
    "text", ["weak", "strong,zoom", "strong,zoom=big", "strong,warp=1", "none,shift=0.5"]
)
def test_a_text_that_says_nothing_is_refused_with_what_there_is(text):
    with pytest.raises(TrainingError, match=r"none, standard|zoom=NUMBER"):
        Augmentation.from_text(text)
