"""What the page says of a pixel on its way into the network is what happens to it: scale, order of
channels, and how photos fit.
"""

from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper
from playwright.sync_api import expect

from tests.app.analyses.test_boxes import BOX, SCORES, columns_of, detector
from tests.app.bringing import as_onnx

from .conftest import OpenPage
from .drops import drop_bytes
from .screen import Screen
from .test_access import check_with_axe
from .test_own_network import look_inside, shown_model

pytestmark = pytest.mark.browser


def network(size: int = 24) -> bytes:
    """A convolution over three channels, and four classes."""
    rng = np.random.default_rng(3)
    weights = {"w": rng.normal(0, 0.3, (4, 3, 3, 3)), "d": rng.normal(0, 0.3, (4, 4))}
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["maps"], pads=[1, 1, 1, 1]),
        helper.make_node("GlobalAveragePool", ["maps"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["flat"]),
        helper.make_node("Gemm", ["flat", "d"], ["y"]),
    ]
    graph = helper.make_graph(
        nodes,
        "graph",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, size, size])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(a.astype(np.float32), name) for name, a in weights.items()],
    )
    opsets = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()


def bring(screen: Screen, tmp_path: Path, name: str, **chosen: str) -> dict:
    """The network as described by the API, once the page shows it."""
    drop_bytes(screen, tmp_path, name, network())
    screen.page.wait_for_selector("#models-open")
    for field, value in chosen.items():
        if screen.page.locator(f"#models-form select[name={field}]").count():
            screen.page.select_option(f"#models-form [name={field}]", value)
        else:
            screen.page.fill(f"#models-form [name={field}]", value)
    before = shown_model(screen)
    look_inside(screen)
    screen.page.wait_for_function("id => document.querySelector('#model').value !== id", arg=before)
    screen.wait_for_layer("maps")
    return screen.get(f"models/{shown_model(screen)}")


def test_caffes_channels_and_arithmetic(screen: Screen, tmp_path: Path):
    page = screen.page
    model = bring(screen, tmp_path, "Caffe.onnx", preset="caffe")
    assert model["preprocess"]["channels"] == "bgr"
    screen.go_to("x")
    page.wait_for_selector(".tile >> nth=2")
    names = [page.locator(".tile").nth(i).get_attribute("aria-label") for i in range(3)]
    for name, colour in zip(names, ("blue", "green", "red"), strict=True):
        assert name is not None
        assert name.startswith(colour)
    seen = page.inner_text("#network-input-words")
    assert "value − (103.9, 116.8, 123.7), in this order: blue, green, red" in seen
    assert "255 becomes value" in seen
    assert "÷" not in seen

    # The number under the cursor is the pixel less the mean, of the colour that the channel is
    # named by.
    page.evaluate("document.activeElement.blur()")
    page.goto(f"{screen.site}/?model={model['id']}&layer=x&map=0&y=5&x=7&view=map")
    page.wait_for_selector(".explain:not(.stale) .formula")
    why = screen.get(f"analyses/{screen.analysis_id}/layers/x/explain?channel=0&y=5&x=7")
    (term,) = why["terms"]
    assert why["value"] == pytest.approx(term["value"] - 103.939, abs=1e-3)
    assert term["channel"] == 2
    sums = page.inner_text(".explain")
    assert f"The pixel: {term['value']:.0f} − 103.9." in sums
    assert "255" not in sums


WAYS = [
    ({"preset": "raw"}, "255 becomes value."),
    ({"preset": "unit"}, "becomes value ÷ 255."),
    ({"preset": "symmetric"}, "becomes (value ÷ 255 − 0.5) ÷ 0.5."),
    ({"preset": "imagenet", "channels": "bgr"}, "(value ÷ 255 − (0.406, 0.456, 0.485)) ÷ (0.225, 0.224, 0.229), in this order"),
    ({"preset": "custom", "mean": "127.5", "std": "0.004", "scale": "1"}, "(value − 127.5) ÷ 0.004."),
    ({"cropMode": "border"}, "all of the photo, with borders"),
    ({"cropMode": "squash"}, "stretched to fit"),
]  # fmt: skip


def test_every_way_is_said_as_it_is(screen: Screen, tmp_path: Path, subtests: pytest.Subtests):
    for chosen, words in WAYS:
        with subtests.test(words):
            bring(screen, tmp_path, f"{'-'.join(chosen.values())}.onnx", **chosen)
            expect(screen.page.locator("#network-input-words")).to_contain_text(words)
            expect(screen.page.locator("#crop-back")).to_be_hidden()  # nobody has moved the frame


def test_a_second_input_is_asked_for_in_the_form(screen: Screen, tmp_path: Path):
    page = screen.page
    screen.expected_status = 422
    nodes = [helper.make_node("Mul", ["x", "gain"], ["y"])]
    ends = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, sides)
        for name, sides in (("x", [1, 3, 8, 8]), ("gain", [1]), ("y", None))
    ]
    graph = helper.make_graph(nodes, "graph", ends[:2], ends[2:])
    opsets = [helper.make_opsetid("", 17)]
    data = helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()
    drop_bytes(screen, tmp_path, "Two.onnx", data)
    page.wait_for_selector("#models-open")
    page.click("#models-open")
    page.wait_for_selector("#models-form .problem")
    page.fill('#models-form [name="input:gain"]', "0.5")
    look_inside(screen)
    screen.wait_for_layer("y")


def test_a_file_of_another_kind_is_named_in_the_server_s_words(open_page: OpenPage, tmp_path: Path):
    screen = open_page()
    screen.wait_for_reading()
    screen.expected_status = 422
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 20\n"
    drop_bytes(screen, tmp_path, "resnet.onnx", pointer)
    screen.page.wait_for_selector("#models-open")
    screen.page.click("#models-open")
    screen.page.wait_for_selector("#models-form .problem")
    told = screen.page.inner_text("#models-form .problem")
    assert "Git LFS pointer" in told
    assert "git lfs pull" in told
    assert "torch.onnx.export" not in told


def test_an_assumed_way_is_said_and_the_ways_are_compared(screen: Screen, tmp_path: Path):
    page = screen.page
    model = bring(screen, tmp_path, "Nobody says.onnx")
    assert model["preprocess"]["source"] == "assumed"
    expect(page.locator("#preprocessing-open")).to_contain_text("assumed")
    page.click("#preprocessing-open")
    page.wait_for_selector("#preprocessing-dialog tbody tr >> nth=4")
    check_with_axe(screen)
    presets = page.locator("#preprocessing-dialog tbody tr").evaluate_all(
        "rows => rows.map((r) => r.dataset.preset)"
    )
    assert presets == ["imagenet", "unit", "symmetric", "caffe", "raw"]
    expect(page.locator("#preprocessing-dialog tbody tr").first).to_contain_text("as it is now")
    expect(page.locator("#preprocessing-dialog tr[data-preset=raw] td").first).to_contain_text("%")
    page.click("#preprocessing-dialog tr[data-preset=raw] button")
    page.wait_for_function("() => !document.querySelector('#preprocessing-dialog').open")
    page.wait_for_function("id => document.querySelector('#model').value !== id", arg=model["id"])
    page.wait_for_function(
        "() => document.querySelector('#network-input-words').textContent.includes('becomes value.')"
    )
    taken = screen.get(f"models/{shown_model(screen)}")
    assert (taken["title"], taken["preprocess"]["source"]) == ("Nobody says", "chosen")
    expect(page.locator("#preprocessing-open")).to_contain_text("Other preprocessing")


def test_the_ways_of_a_detector_are_compared_by_its_boxes(screen: Screen, tmp_path: Path):
    page = screen.page
    drop_bytes(screen, tmp_path, "Boxes.onnx", as_onnx(detector((*columns_of(BOX), *SCORES))))
    page.wait_for_selector("#models-open")
    look_inside(screen)
    page.click("#preprocessing-open")
    row = page.locator("#preprocessing-dialog tr[data-preset=raw]")
    expect(row).to_contain_text("1 box, best confidence 80")
    with page.expect_request("**/copies**"):
        row.get_by_role("button").click()
    expect(page.locator("#preprocessing-dialog")).to_be_hidden()


def test_a_network_whose_file_says_how_is_not_asked_about(screen: Screen):
    expect(screen.page.locator("#preprocessing-open")).to_be_hidden()
