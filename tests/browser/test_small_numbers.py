"""Numbers that are nearly nothing are told from zero, and a colour scale that shows nothing says
so.
"""

import re
import time

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper
from playwright.sync_api import Page, expect

from .conftest import OpenPage
from .drops import drop_bytes
from .screen import number
from .tabs import PLAIN
from .test_access import PHONE, check_with_axe
from .test_photo_input import shoot

pytestmark = pytest.mark.browser

WRITE = """async ([name, values]) => {
  const format = await import("/static/js/i18n/format.js");
  return values.map((value) => format[name](...[value].flat()));
}"""
FLAT = """async (cases) => {
  const { flatness, rangeOf } = await import("/static/js/model/colour-range.js");
  return cases.map(([min, max]) => flatness(min, max, rangeOf(min, max)));
}"""


def written(modules: Page, name: str, *values: float | list[float]) -> list[str]:
    return list(modules.evaluate(WRITE, [name, list(values)]))


def constant_network(**maps: float) -> bytes:
    """A network whose layers have maps of one value each, whatever the picture."""
    weight = numpy_helper.from_array(np.zeros((4, 3, 1, 1), np.float32), "weight")
    nodes, biases = [], []
    for name, value in maps.items():
        biases.append(numpy_helper.from_array(np.full(4, value, np.float32), f"{name}_bias"))
        nodes.append(helper.make_node("Conv", ["x", "weight", f"{name}_bias"], [name], name))
    nodes.append(helper.make_node("Sum", list(maps), ["sum"], "sum"))
    nodes.append(helper.make_node("GlobalAveragePool", ["sum"], ["mean"], "mean"))
    nodes.append(helper.make_node("Flatten", ["mean"], ["y"], "flatten"))
    ends = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name, shape in (("x", [1, 3, 16, 16]), ("y", [1, 4]))
    ]
    graph = helper.make_graph(nodes, "constant", ends[:1], ends[1:], [weight, *biases])
    opsets = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()


def test_a_size_and_a_moment_are_written_one_way(modules: Page):
    sizes = [0, 1, 1023, 1024, 1300, 40544, 1023.4 * 1024, 1023.6 * 1024, 4470608]
    assert written(modules, "bytes", *sizes) == [
        "0 bytes",
        "1 byte",
        "1,023 bytes",
        "1.0 KiB",
        "1.3 KiB",
        "40 KiB",
        "1,023 KiB",
        "1.0 MiB",
        "4.3 MiB",
    ]
    now, then = time.time(), 86400 * 300.5
    today, exactly, once = written(modules, "moment", now, [now, True], then)
    assert re.fullmatch(r"today \d{1,2}:\d\d( [AP]M)?", today.replace("\u202f", " "))
    assert re.search(r"today \d{1,2}:\d\d:\d\d", exactly)
    assert re.search(r"1970.+\d{1,2}:\d\d", once)


def test_no_number_reads_as_zero_but_zero(modules: Page):
    tiny = [4.9e-7, -4.9e-7, 1e-12, 1e-45, -3.25e-9, 0.0]
    expected = ["4.9e−7", "−4.9e−7", "1.0e−12", "1.0e−45", "−3.3e−9", "0"]
    assert written(modules, "number", *tiny) == expected
    assert written(modules, "signed", 1e-9, -1e-9) == ["+1.0e−9", "−1.0e−9"]
    assert written(modules, "rough", 4e-9, -4e-9, 0) == ["4e−9", "−4e−9", "0"]
    assert written(modules, "decimals", [0.00001, 3], [0.25, 3], [0, 3]) == [
        "1.0e−5",
        "0.250",
        "0.000",
    ]
    assert written(modules, "plain", -1e-7) == ["−1e−7"]
    assert written(modules, "number", [0, 3.6e-35], [0, 3.6]) == [
        "0",
        "0.0000",
    ]  # a scale's low end


def test_a_probability_is_written_one_way(modules: Page):
    """Whether it was computed in float32, where a softmax may round to 1, or in float64."""
    almost = [1, 1.0000001, 1 - 1e-7, 0.99999]
    assert set(written(modules, "probability", *almost)) == {">\xa099.9\xa0%"}
    assert set(written(modules, "probability", 0, 1e-30, 1e-5)) == {"<\xa00.1\xa0%"}
    assert written(modules, "probability", 0.3933) == ["39.3\xa0%"]
    assert written(modules, "percent", 0, 1, 1 + 1e-15) == ["0\xa0%", "100\xa0%", "100\xa0%"]


def test_in_a_column_too(modules: Page):
    """Beside a large number places are few; what is not zero is still not written as zero."""
    pairs = [[3e-6, 12.5], [-2e-5, 1.0], [0, 12.5], [0.5, 12.5]]
    assert written(modules, "number", *pairs) == ["3.0e−6", "−2.0e−5", "0.000", "0.500"]


def test_as_german_is_written(open_page: OpenPage):
    modules = open_page(PLAIN, locale="de-DE").page
    assert written(modules, "number", 4.9e-7, -3.25e-9) == ["4,9e−7", "−3,3e−9"]


@pytest.mark.parametrize(
    ("min_", "max_", "said"),
    [
        (0, 0, "All values are 0."),
        (0.25, 0.25, "All values are 0.2500."),
        (-3, -3, "All values are −3.0000."),
        (0, 2e-12, "none is further from it than 2.0e−12"),
        (-4e-7, 1e-7, "none is further from it than 4.0e−7"),
        (0.25, 0.2501, "about 0.2500: they differ by no more than 0.0001"),
        (0, 1, None),
        (-1, 1, None),
        (0.5, 0.6, None),
        (2e-6, 5e-3, None),
    ],
)
def test_when_a_scale_shows_nothing(modules: Page, min_: float, max_: float, said: str | None):
    (told,) = modules.evaluate(FLAT, [[min_, max_]])
    assert told is None if said is None else said in told


@pytest.mark.parametrize("shape", [{}, {**PHONE, "color_scheme": "dark"}], ids=["laptop", "phone"])
def test_layers_of_one_value(open_page: OpenPage, tmp_path, shape: dict):
    screen = open_page("", **shape)
    screen.wait_for_reading()
    page = screen.page
    network = constant_network(nothing=0.0, quarter=0.25, speck=1e-12)
    drop_bytes(screen, tmp_path, "Constant.onnx", network)
    page.click("#models-open")
    page.wait_for_function("() => !document.querySelector('#models-dialog').open")
    flat = page.locator("#legend .flat")
    for layer, said, has_ramp in [
        ("nothing", "All values are 0.", False),
        ("quarter", "All values are 0.2500.", True),
        ("speck", "All values are 1.0e−12.", True),
    ]:
        screen.go_to(layer)
        flat.get_by_text(said).wait_for()
        expect(page.locator("#legend .ramp")).to_be_visible(visible=has_ramp)
        page.locator("#legend").scroll_into_view_if_needed()
        shoot(screen, f"flat-{layer}-{'phone' if shape else 'laptop'}")
    assert number(page.inner_text("#legend .ticks span:last-child")) == pytest.approx(1e-12)
    assert screen.shown_reading == pytest.approx(1e-12)
    check_with_axe(screen)
