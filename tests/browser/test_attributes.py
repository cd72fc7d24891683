"""Attributes of a layer as a person reads them: lengths with ×, lists with commas, and the end of
an axis by its name.
"""

from pathlib import Path

import numpy as np
import pytest
from onnx import helper
from playwright.sync_api import expect

from tests.engine.formats.onnx.files import file, random

from .drops import drop_bytes
from .screen import Screen
from .test_own_network import look_inside

pytestmark = pytest.mark.browser

make = helper.make_node


def test_a_list_is_no_length_and_the_end_is_called_so(screen: Screen, tmp_path: Path):
    nodes = [
        make("Conv", ["x", "w"], ["maps"]),
        make("Transpose", ["maps"], ["turned"], perm=[0, 2, 3, 1]),
        make("Slice", ["turned", "starts", "ends", "axes"], ["y"]),
    ]
    arrays = {"w": random(4, 3, 3, 3)}
    arrays |= {
        name: np.array([at]) for name, at in (("starts", 1), ("ends", 2**63 - 1), ("axes", 1))
    }
    drop_bytes(
        screen, tmp_path, "Lists.onnx", file(nodes, inputs={"x": [1, 3, 8, 8]}, arrays=arrays)
    )
    screen.page.wait_for_selector("#models-open")
    look_inside(screen)
    facts = screen.page.locator("#inspector .facts").first
    screen.go_to("maps")
    expect(facts).to_contain_text("3\xa0×\xa03")
    screen.go_to("turned")
    expect(facts).to_contain_text("0, 2, 3, 1")
    screen.go_to("y")
    expect(facts).to_contain_text("end")
    expect(facts).not_to_contain_text("9223372036854")
