"""Channels last inside a network, and values that are not one part a picture: the page shows and
explains them like all others.
"""

from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import expect

from app.models.registry import Registry
from app.settings import Settings
from engine.network import Network, Node
from engine.ops import Conv2d, Dense, Flatten, Relu, Reshape, Softmax, Transpose

from .conftest import OpenPage, RunningServer
from .screen import WRITTEN

pytestmark = pytest.mark.browser


def build() -> Network:
    """Maps with channels last, flattened in that order; and rows of all places beside them."""
    rng = np.random.default_rng(6)
    weight = rng.standard_normal((5, 3, 3, 3)).astype(np.float32)
    dense = rng.standard_normal((3, 600)).astype(np.float32) / 20
    return Network(
        [
            Node("conv", Conv2d(weight, padding=(1, 1, 1, 1)), ("input",)),
            Node("last", Transpose((0, 2, 3, 1)), ("conv",)),
            Node("act", Relu(), ("last",)),
            Node("rows", Reshape((120, 5)), ("act",)),
            Node("flat", Flatten(), ("act",)),
            Node("fc", Dense(dense, np.zeros(3, np.float32)), ("flat",)),
            Node("shares", Softmax(), ("fc",)),
        ],
        inputs={"input": (3, 12, 10)},
        outputs=("shares", "rows"),
        labels=("ant", "bee", "cat"),
        name="last",
    ).freeze()


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    network = build()
    settings = Settings(port=0, workers=2, log_level="error", time_limit=60)
    with RunningServer(settings, Registry({"last": lambda: network}, "last")) as server:
        yield server.url


def test_every_layer_is_shown_and_explained(open_page: OpenPage):
    screen = open_page("?model=last&layer=input")
    screen.wait_for_layer("input")
    for layer in screen.get("models/last")["layers"]:
        screen.go_to(layer["name"])
        facts = screen.page.inner_text(".facts")
        assert layer["layout"] in facts
        assert screen.numbers(".formula data")[0] == pytest.approx(screen.reading, **WRITTEN)
        # A list of channels-last maps is no row of maps one after the other: nothing says so.
        expect(screen.page.locator(".counting")).to_have_count(0)


def test_the_axes_are_said(open_page: OpenPage):
    screen = open_page("?model=last&layer=act")
    screen.wait_for_layer("act")
    facts = screen.page.inner_text(".facts")
    assert "NHWC: batch, height, width, channels" in facts
    assert "shown as 5 maps, 12 × 10" in facts
    screen.go_to("rows")
    expect(screen.page.locator(".facts")).to_contain_text("LC: length, channels, no batch axis")
