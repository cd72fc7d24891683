"""Numbers as bytes: nothing is lost, and pictures show what the numbers say."""

import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image
from starlette.datastructures import Headers

from app.encoding import arrays as encode
from app.errors import BadParameter, NotAcceptable
from app.http.negotiation import choose_format, etag, not_modified, parse_index_ranges

floats = st.floats(width=32, allow_nan=False, allow_infinity=False)


@settings(deadline=None)  # a busy machine is no failure
@given(arrays(np.float32, st.sampled_from([(3,), (2, 3, 4), (1, 1, 1)]), elements=floats))
def test_float32_survives_every_form_bit_by_bit(y):
    assert np.array_equal(np.array(json.loads(encode.json_bytes(encode.plain(y))), np.float32), y)
    assert np.array_equal(np.load(io.BytesIO(encode.npy_bytes(y))), y)
    whole = b"".join(encode.npz_chunks([("a", y), ("b", y + 0)]))
    with np.load(io.BytesIO(whole)) as arrays_back:
        assert np.array_equal(arrays_back["b"], y)


def test_channels_last_memory_leaves_in_c_order():
    y = np.arange(24, dtype=np.float32).reshape(2, 4, 3).transpose(2, 0, 1)
    back = np.load(io.BytesIO(encode.npy_bytes(y)))
    assert back.flags.c_contiguous
    assert np.array_equal(back, y)
    assert json.loads(encode.json_bytes(encode.plain(y))) == y.tolist()


def test_what_is_not_a_number_is_null():
    assert encode.json_bytes({"w": float("nan")}) == b'{"w":null}'


def test_names_in_an_archive_may_be_anything():
    names = ["file", "block/conv:0", "äöü", "a.b"]
    whole = b"".join(encode.npz_chunks((name, np.ones(2, np.float32)) for name in names))
    with np.load(io.BytesIO(whole)) as arrays_back:
        assert arrays_back.files == names


def test_an_archive_comes_in_pieces_of_one_array():
    y = np.ones((4, 50, 50), np.float32)
    sizes = [len(chunk) for chunk in encode.npz_chunks((str(i), y) for i in range(10))]
    assert len(sizes) == 11
    assert max(sizes) < y.nbytes + 1000


def test_the_same_arrays_give_the_same_bytes():
    y = [("a", np.ones(3, np.float32))]
    assert b"".join(encode.npz_chunks(y)) == b"".join(encode.npz_chunks(y))


def sheet(y):
    image = Image.open(io.BytesIO(encode.heatmaps_png(np.asarray(y, np.float32), "layer")))
    return image, np.asarray(image.convert("RGB")).astype(int)


def test_the_ends_of_viridis():
    image, rgb = sheet([[[0.0, 5.0]]])
    assert image.text["Description"] == "1 maps, colours from 0 to 5"
    middle = rgb.shape[0] // 2
    assert rgb[middle, 10].tolist() == [0x44, 0x01, 0x54]
    assert rgb[middle, -10].tolist() == [0xFD, 0xE7, 0x25]


def test_signed_values_are_white_at_zero_and_share_one_scale():
    image, rgb = sheet([[[-4.0, 0.0, 2.0]]])
    assert image.text["Description"] == "1 maps, colours from -4 to 4"
    middle, step = rgb.shape[0] // 2, 32
    low, zero, high = (rgb[middle, 4 + step * i + step // 2] for i in range(3))
    assert low.tolist() == [0x08, 0x26, 0x4F]
    assert zero.tolist() == [0xF7, 0xF7, 0xF5]
    assert high[0] > high[2] + 50  # orange, but not the darkest


def test_maps_stand_in_rows_in_their_order():
    y = np.arange(6, dtype=np.float32)[:, None, None] * np.ones((6, 8, 8), np.float32)
    _, rgb = sheet(y)
    cell = 96 + 4
    assert rgb.shape[:2] == (2 * cell + 4, 3 * cell + 4)
    centres = [rgb[4 + 48 + cell * r, 4 + 48 + cell * c] for r in range(2) for c in range(3)]
    assert [c[1] for c in centres] == sorted(c[1] for c in centres)  # viridis grows greener
    assert rgb[1, 1].tolist() == [255, 255, 255]


@pytest.mark.parametrize(
    "shape", [(1,), (20,), (1000,), (1, 1, 1), (512, 4, 4), (3, 1, 300), (64, 224, 224)]
)
def test_any_shape_makes_a_sheet_of_a_fit_size(shape):
    image, _ = sheet(np.random.default_rng(0).normal(size=shape))
    assert image.width * image.height < 6_000_000


def test_a_layer_that_is_zero_everywhere():
    _, rgb = sheet(np.zeros((2, 3, 3)))
    assert rgb[50, 50].tolist() == [0x44, 0x01, 0x54]


@pytest.mark.parametrize(
    ("text", "channels"),
    [
        (None, [0, 1, 2, 3, 4]),
        ("0", [0]),
        ("3,1", [3, 1]),
        ("0,2-4", [0, 2, 3, 4]),
        (" 1 , 1-2", [1, 2]),
        ("4-4", [4]),
    ],
)
def test_channels(text, channels):
    assert parse_index_ranges(text, 5) == channels


@settings(deadline=None)
@given(st.text(max_size=20))
def test_any_text_for_channels_is_read_or_refused(text):
    try:
        channels = parse_index_ranges(text, 8)
    except BadParameter:
        return
    assert channels
    assert set(channels) <= set(range(8))


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_accept_header_is_read_or_refused(text):
    try:
        chosen = choose_format(None, text, ("json", "npy"))
    except NotAcceptable:
        return
    assert chosen in {"json", "npy"}


def test_the_format_parameter_comes_before_the_header():
    assert choose_format("npy", "application/json", ("json", "npy")) == "npy"


def test_a_refused_media_type_is_not_chosen():
    with pytest.raises(NotAcceptable):
        choose_format(None, "application/json;q=0", ("json",))


def test_tags():
    tag = etag("id", "conv", "json", [1, 2])
    assert tag != etag("id", "conv", "json", [2, 1])
    assert tag == etag("id", "conv", "json", [1, 2])
    for held in (tag, f"W/{tag}", f'"a", {tag}', "*"):
        assert not_modified(Headers({"if-none-match": held}), tag)
    for held in ("", '"a"', tag.strip('"')):
        assert not not_modified(Headers({"if-none-match": held}), tag)


def test_a_tag_of_another_version_is_another(monkeypatch):
    tag = etag("id", "conv")
    monkeypatch.setattr("app.http.negotiation.VERSION", "9.9.9")
    assert etag("id", "conv") != tag


def test_sheets_have_the_colours_of_the_page():
    script = (Path(__file__).parents[3] / "static/js/render/palette.js").read_text()
    for name, stops in {"sequential": encode._VIRIDIS, "light": encode._BLUE_ORANGE}.items():
        of_the_page = re.search(rf"{name}: \[(.*?)\]", script, re.DOTALL)
        assert of_the_page is not None
        assert re.findall(r"#(\w{6})", of_the_page[1]) == stops.split()


def test_a_long_thin_map_makes_a_long_thin_sheet_and_a_huge_one_none():
    image = Image.open(io.BytesIO(encode.heatmaps_png(np.zeros((1, 200_000, 1), np.float32), "y")))
    assert image.width * image.height < 3_000_000
    with pytest.raises(BadParameter, match="format=npy"):
        encode.heatmaps_png(np.zeros((3_000_000, 1, 1), np.float32), "y")
