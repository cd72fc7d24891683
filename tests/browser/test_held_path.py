"""A held number is found again in other layers; else each opens at its most telling number."""

import pytest
from playwright.sync_api import expect

from .conftest import OpenPage
from .screen import Screen

pytestmark = pytest.mark.browser

CHIP = "#stage-head .hold-chip"


def go_by_strip(screen: Screen, layer: str) -> None:
    screen.page.click(f'.column[data-layer="{layer}"]')
    screen.wait_for_layer(layer)


def test_a_held_pixel_is_carried_along_its_real_path(open_page: OpenPage):
    """From the input's three maps into a pool of 24, on to the classes, and back to that pixel."""
    screen = open_page("?layer=input&map=1&y=25&x=31&view=map&held=1")
    page = screen.page
    screen.wait_for_layer("input")
    expect(page.locator(CHIP)).to_be_visible()
    go_by_strip(screen, "pool1")
    expect(page.locator(CHIP)).to_be_visible()
    assert screen.place[1:] == [12, 15]
    assert screen.reading > 0  # a number that the pixel goes into, not a silent map's
    channel = screen.place[0]
    path = f"analyses/{screen.analysis_id}/layers/pool1"
    why = screen.get(f"{path}/explain?channel={channel}&y=12&x=15")
    field = why["receptive_field"]["input"]
    assert field["left"] <= 31 < field["right"]
    assert field["top"] <= 25 < field["bottom"]
    numbers = screen.get(path)["data"]
    assert screen.reading == pytest.approx(max(plane[12][15] for plane in numbers), rel=1e-6)
    for layer in ("flatten", "softmax"):
        go_by_strip(screen, layer)
        expect(page.locator(CHIP)).to_be_visible()
    go_by_strip(screen, "input")
    assert screen.place == [1, 25, 31]


def test_a_held_class_is_followed_back_on_its_strongest_path(open_page: OpenPage):
    screen = open_page("?layer=softmax&unit=6&held=1")
    screen.wait_for_layer("softmax")
    path = screen.get(f"analyses/{screen.analysis_id}/layers/softmax/strongest-path?unit=6")
    steps = {step["layer"]: step["index"] for step in path["steps"]}
    for layer in ("fc1", "pool5", "relu3_1", "conv1_1", "input"):
        go_by_strip(screen, layer)
        index = steps[layer]
        names = ["channel", "y", "x"] if index.get("channel") is not None else ["unit"]
        assert screen.place == [index[name] for name in names], layer
    go_by_strip(screen, "softmax")
    assert screen.place == [6]


def test_with_nothing_held_a_layer_opens_at_its_most_telling_number(screen: Screen):
    page = screen.page
    screen.hover(3, 1, 1)
    screen.wait_for_reading()
    for layer in ("input", "pool1", "conv3_1"):
        go_by_strip(screen, layer)
        expect(page.locator(CHIP)).to_be_hidden()
        result = screen.get(f"analyses/{screen.analysis_id}")["layers"]
        top = next(one for one in result if one["name"] == layer)["top_channels"][0]
        path = f"analyses/{screen.analysis_id}/layers/{layer}?channels={top}"
        plane = screen.get(path)["data"][0]
        assert screen.place[0] == top
        assert abs(screen.reading) == pytest.approx(max(abs(v) for row in plane for v in row))
    # A map that is open stays through layers that keep maps apart, at its own most telling number.
    go_by_strip(screen, "conv1_1")
    page.click('.tile[data-channel="16"]')
    page.wait_for_selector(".map-detail")
    page.click("#forward")
    screen.wait_for_layer("relu1_1")
    assert screen.place[0] == 16
    expect(page.locator(".map-detail")).to_have_count(1)
    plane = screen.get(f"analyses/{screen.analysis_id}/layers/relu1_1?channels=16")["data"][0]
    assert screen.reading == pytest.approx(max(v for row in plane for v in row))


@pytest.mark.parametrize("view", ["", "&view=map"])
def test_a_link_with_a_map_opens_it(open_page: OpenPage, view: str):
    screen = open_page(f"?layer=conv1_1&map=12{view}")
    screen.wait_for_layer("conv1_1")
    expect(screen.page.locator(".map-detail .heatmap.large")).to_have_count(1)
    assert screen.place[0] == 12
    plane = screen.get(f"analyses/{screen.analysis_id}/layers/conv1_1?channels=12")["data"][0]
    assert abs(screen.reading) == pytest.approx(max(abs(v) for row in plane for v in row))
    screen.wait_for_address("map=12&y=")
    if view:  # one that the layer does not have; and once more without loading the page
        screen.come_to("?layer=conv2_1&map=999")
        screen.come_to("?layer=conv1_1&map=5")
        screen.page.wait_for_function(
            "() => document.querySelector('.reading output').dataset.place.startsWith('5 ')"
        )
