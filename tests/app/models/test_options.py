"""What somebody says of a model file, as texts: understood, or refused by its name."""

import pytest

from app.errors import BadParameter
from app.models.options import PRESETS, ImportOptions, content_of, parse_options


def test_nothing_said_is_nothing():
    assert parse_options({}) == ImportOptions()
    assert parse_options({"preset": " ", "mean": "", "unknown": "x"}) == ImportOptions()


def test_every_option_is_read():
    options = parse_options(
        {
            "name": " My net ",
            "size": "24×32",
            "preset": "raw",
            "mean": "1,2,3,4",
            "std": "0.5",
            "scale": "1",
            "channels": "R, g,b,128",
            "crop_mode": "border",
            "layout": "hwc",
            "labels": "cat\ndog",
            "input:threshold": "0.5",
            "input:flags": "[1, 0]",
            "input:training": "False",
        }
    )
    assert options == ImportOptions(
        name="My net",
        size=(24, 32),
        preset="raw",
        mean=(1, 2, 3, 4),
        std=(0.5,),
        scale=1.0,
        channels="r,g,b,128",
        crop_mode="border",
        layout="hwc",
        labels=("cat", "dog"),
        inputs=(("flags", (1, 0)), ("threshold", (0.5,)), ("training", (0,))),
    )


@pytest.mark.parametrize(
    ("option", "text"),
    [
        ("preset", "vgg"),
        ("crop_mode", "letterbox"),
        ("layout", "nchw"),
        ("scale", "0"),
        ("scale", "1,2"),
        ("channels", "rgx"),
        ("channels", "r,g,300"),
        ("channels", "r,,b"),
        ("input:x", "much"),
        ("input:x", ",".join(["1"] * 5000)),
        ("input:x", "inf"),
    ],
)
def test_nonsense_is_named(option, text):
    with pytest.raises(BadParameter, match=option):
        parse_options({option: text})


def test_too_many_constants():
    with pytest.raises(BadParameter, match="at most 16"):
        parse_options({f"input:{i}": "1" for i in range(17)})


def test_other_options_make_another_model():
    ids = {
        content_of(b"x", parse_options(given))
        for given in ({}, {"preset": "raw"}, {"input:a": "1"})
    }
    assert len(ids) == 3
    assert content_of(b"x", ImportOptions()) == content_of(b"x", parse_options({"name": ""}))


def test_raw_is_what_a_file_holds():
    assert PRESETS["raw"] == ((0.0,), (1.0,), 1.0, "rgb")
