"""A network of one's own: dropped on the page as a file, told about, and looked into like those
that are here already.
"""

import io
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from playwright.sync_api import expect

from tests.engine import exported

from .conftest import ROOT, OpenPage
from .drops import drop, drop_bytes
from .pictures import keep_picture
from .screen import Screen
from .test_access import PHONE, check_with_axe
from .test_attribution import QUICK, wait_for_answer
from .test_microscope import added_up, explanation, settle

pytestmark = pytest.mark.browser

NAMES = ["axe", "bee", "cup", "dam", "ear", "fan", "gem", "hat", "ice", "jar"]


def look_inside(screen: Screen) -> None:
    """Send what the form says, and wait until the network is on the page."""
    screen.page.click("#models-open")
    screen.page.wait_for_function("() => !document.querySelector('#models-dialog').open")


def own_models(screen: Screen) -> list[dict[str, Any]]:
    return [model for model in screen.get("models")["models"] if model["uploaded"]]


def shown_model(screen: Screen) -> str:
    return screen.page.input_value("#model")


def file_of(node: onnx.NodeProto, shape: list[int | str]) -> bytes:
    """A model of one node, from x to y."""
    ends = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, sides)
        for name, sides in (("x", shape), ("y", None))
    ]
    graph = helper.make_graph([node], "graph", ends[:1], ends[1:])
    opsets = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()


@pytest.fixture
def folder(artifacts):
    (artifacts / "own").mkdir(exist_ok=True)
    return artifacts / "own"


@pytest.fixture
def inception(screen: Screen, tmp_path: Path) -> Screen:
    """Four ways side by side, as an exporter writes them; its classes have names."""
    drop_bytes(screen, tmp_path, "Four ways.onnx", exported.inception())
    screen.page.wait_for_selector("#models-open")
    drop_bytes(screen, tmp_path, "names.txt", "\n".join(NAMES).encode())
    screen.page.wait_for_selector("#models-form :text('names.txt')")
    look_inside(screen)
    screen.page.wait_for_selector('.column[data-layer="/stem/conv/Conv_output_0"]')
    return screen


def test_the_whole_microscope(inception: Screen, folder):
    page = inception.page
    page.set_input_files("#file", ROOT / "static" / "samples" / "coffee.jpg")
    page.wait_for_function("() => document.querySelector('#credit').textContent === 'coffee.jpg'")
    assert inception.first_guess[0] in NAMES
    model = inception.get(f"models/{shown_model(inception)}")
    assert model["title"] == "Four ways"
    names = [layer["name"] for layer in model["layers"]]
    assert len(names) == 54
    inception.go_to("pixels")
    page.evaluate("document.activeElement.blur()")
    for name in names[1:]:
        page.keyboard.press("ArrowRight")
        inception.wait_for_layer(name)
    page.keyboard.press("0")
    keep_picture(page, folder / "whole-network.png")
    page.keyboard.press("0")

    deep = next(x for x in model["layers"] if x["name"] == "/b/7x1/conv/Conv_output_0")
    inception.go_to(deep["name"])
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Enter")
    page.wait_for_selector(".map-detail")
    settle(inception)
    why = explanation(inception, deep)
    assert inception.reading == pytest.approx(why["value"], rel=1e-5, abs=1e-6)
    assert added_up(inception, deep, why) == pytest.approx(why["value"], rel=2e-3, abs=5e-3)
    page.wait_for_selector("#photo-highlight:visible")
    page.wait_for_selector("#network-input-highlight:visible")
    keep_picture(page, folder / "deep-value.png", readme="network-light")
    page.keyboard.press("Escape")


def test_what_if_and_why(inception: Screen, folder):
    page, original = inception.page, inception.analysis_id
    inception.go_to("/stem/conv/Conv_output_0")
    page.get_by_role("tab", name="What if?").click()
    page.click(".whatif-filter .toggle")
    page.wait_for_function(
        "id => !document.querySelector('#downloads a').href.includes(id) && document.querySelector('.chart button')",
        arg=original,
    )
    variant = inception.get(f"analyses/{inception.analysis_id}")
    assert variant["predictions"] != inception.get(f"analyses/{original}")["predictions"]
    keep_picture(page, folder / "filter-off.png")
    page.keyboard.press("Control+z")
    inception.wait_for_analysis(original)

    page.get_by_role("tab", name="Why this class?").click()
    for method in QUICK:
        page.select_option("#attribution-method", method)
        inception.wait_for_address(f"method={method}")
        wait_for_answer(inception)
        assert page.locator(".attribution .over").evaluate("c => [c.height, c.width]") == [20, 24]
    keep_picture(page, folder / "why.png")


def test_maps_in_another_order(inception: Screen):
    page = inception.page
    layer = "/a/Concat_output_0"
    inception.go_to(layer)
    path = f"analyses/{inception.analysis_id}/layers/{quote(layer, safe='')}"
    body = page.request.get(f"{inception.site}/api/v1/{path}?format=npy").body()
    maps = np.load(io.BytesIO(body))
    by = {"mean": maps.mean((1, 2)), "max": maps.max((1, 2)), "spread": maps.std((1, 2))}
    for order, numbers in by.items():
        page.select_option("#order", order)
        first = int(page.locator(".tile").first.get_attribute("data-channel"))
        assert numbers[first] == pytest.approx(numbers.max(), rel=1e-5)
    channel = int(page.locator(".tile").nth(1).get_attribute("data-channel"))
    inception.hover(channel, 4, 6)
    inception.wait_for_value(maps[channel, 4, 6])
    page.select_option("#order", "number")
    assert page.locator(".tile").first.get_attribute("data-channel") == "0"


@pytest.mark.parametrize("device", [{}, PHONE | {"color_scheme": "dark"}])
def test_refused_with_a_way_out(
    open_page: OpenPage, device: dict[str, Any], folder, tmp_path: Path
):
    screen = open_page(**device)
    screen.wait_for_reading()
    screen.expected_status = 422
    page, before, model = screen.page, screen.analysis_id, shown_model(screen)
    look = "phone" if device else "laptop"
    drop_bytes(screen, tmp_path, "notes.onnx", b"these are not the bytes of a network")
    page.wait_for_selector("#models-open")
    check_with_axe(screen)
    keep_picture(page, folder / f"form-{look}.png")
    page.click("#models-open")
    page.wait_for_selector("#models-form .problem")
    expect(page.locator("#models-form .problem")).to_contain_text("as they were")
    check_with_axe(screen)
    keep_picture(page, folder / f"refused-{look}.png")

    drop_bytes(
        screen,
        tmp_path,
        "det.onnx",
        file_of(helper.make_node("Det", ["x"], ["y"], "solve"), [1, 3, 8, 8]),
    )
    page.wait_for_selector("#models-form :text('det.onnx')")
    page.click("#models-open")
    page.wait_for_selector("#models-form .problem :text('Det')")
    expect(page.locator("#models-form .problem")).to_contain_text("solve")

    relu = helper.make_node("Relu", ["x"], ["y"])
    drop_bytes(screen, tmp_path, "Any size.onnx", file_of(relu, ["N", 3, "height", "width"]))
    page.wait_for_selector("#models-form :text('Any size.onnx')")
    page.click("#models-open")
    page.fill("#models-form [name=height]", "30")
    page.fill("#models-form [name=width]", "40")
    keep_picture(page, folder / f"size-{look}.png")
    assert (screen.analysis_id, shown_model(screen)) == (before, model)
    look_inside(screen)
    screen.wait_for_layer("y")
    expect(screen.page.locator("#network-input-words")).to_have_text(re.compile(r"^40 × 30 pixels"))


def test_changed_and_deleted(open_page: OpenPage, folder, tmp_path: Path):
    screen = open_page()
    screen.wait_for_reading()
    page, usual = screen.page, shown_model(screen)
    for model in own_models(screen):  # of other tests
        page.request.delete(f"{screen.site}/api/v1/models/{model['id']}")
    drop_bytes(screen, tmp_path, "Squeeze.onnx", exported.squeeze_excite())
    page.wait_for_selector("#models-open")
    page.fill("#models-form [name=name]", "My squeeze")
    look_inside(screen)
    screen.wait_for_layer("/stem/Conv_output_0")
    (mine,) = own_models(screen)
    assert (mine["title"], mine["id"]) == ("My squeeze", shown_model(screen))

    page.locator(".models-offer").first.click()
    page.get_by_role("button", name="Change how My squeeze is read").click()
    page.select_option("#models-form [name=preset]", "symmetric")
    look_inside(screen)
    page.wait_for_function("id => document.querySelector('#model').value !== id", arg=mine["id"])
    (changed,) = own_models(screen)
    assert changed["id"] == shown_model(screen) != mine["id"]

    page.locator(".models-offer").first.click()
    page.wait_for_selector(".models-list li")
    check_with_axe(screen)
    keep_picture(page, folder / "list.png")
    row = page.locator(f".models-list li[data-model='{changed['id']}']")
    row.get_by_role("button", name="Delete My squeeze").click()
    row.get_by_role("button", name="Yes, delete My squeeze").click()
    expect(row).to_have_count(0)
    page.keyboard.press("Escape")
    page.wait_for_function("id => document.querySelector('#model').value === id", arg=usual)
    assert own_models(screen) == []


@pytest.fixture
def in_parts(tmp_path: Path) -> tuple[Path, Path]:
    """A model whose weights are in a file beside it."""
    made = onnx.load_from_string(exported.squeeze_excite())
    path = tmp_path / "Parted.onnx"
    onnx.save(made, path, save_as_external_data=True, location="Parted.onnx.data", size_threshold=0)
    return path, tmp_path / "Parted.onnx.data"


def test_a_network_and_its_weights_are_dropped_together(screen: Screen, in_parts):
    model, data = in_parts
    drop(screen, data, model)
    screen.page.wait_for_selector("#models-form .models-data :text('Parted.onnx.data')")
    look_inside(screen)
    screen.wait_for_layer("/stem/Conv_output_0")


def test_a_network_and_its_weights_are_chosen_together(screen: Screen, in_parts):
    screen.page.locator(".models-offer").first.click()
    screen.page.set_input_files("#models-file", in_parts)
    screen.page.wait_for_selector("#models-form .models-data :text('Parted.onnx.data')")
    look_inside(screen)
    screen.wait_for_layer("/stem/Conv_output_0")


@pytest.mark.parametrize("name", ["Parted.onnx.data", "Parted.onnx (1).data"])
@pytest.mark.parametrize("is_dropped", [True, False])
def test_missing_weights_are_named_and_added(
    open_page: OpenPage, in_parts, folder, name: str, is_dropped: bool
):
    """Under a name that the browser's downloads gave them, too; what the form says stays."""
    screen = open_page(**(PHONE if is_dropped else {}))
    screen.wait_for_reading()
    screen.expected_status = 422
    model, data = in_parts
    data = data.rename(data.parent / name)
    page = screen.page
    drop(screen, model)
    page.fill("#models-form [name=name]", "In parts")
    page.click("#models-open")
    page.wait_for_selector("#models-form .problem :text('external_data=False')")
    expect(page.locator("#models-form .problem")).to_contain_text("'Parted.onnx.data'")
    check_with_axe(screen)
    keep_picture(page, folder / f"missing-{is_dropped}.png")
    if is_dropped:
        drop(screen, data)
    else:
        page.set_input_files("#models-data", data)
    page.wait_for_selector("#models-form .models-data :text('Parted.onnx.data')")
    expect(page.locator("#models-form .problem")).to_have_count(0)
    expect(page.locator("#models-form [name=name]")).to_have_value("In parts")
    look_inside(screen)
    screen.wait_for_layer("/stem/Conv_output_0")


def test_weights_alone_say_what_is_missing_and_wait_for_it(screen: Screen, in_parts, folder):
    model, data = in_parts
    page = screen.page
    drop(screen, data)
    page.wait_for_selector("#models-dialog .problem :text('.onnx file')")
    expect(page.locator("#models-dialog .models-data")).to_contain_text("Parted.onnx.data")
    check_with_axe(screen)
    keep_picture(page, folder / "weights-alone.png")
    drop(screen, model)
    page.wait_for_selector("#models-form .models-data :text('Parted.onnx.data')")
    look_inside(screen)
    screen.wait_for_layer("/stem/Conv_output_0")


def test_weights_are_left_out_again(screen: Screen, in_parts):
    model, data = in_parts
    drop(screen, model, data)
    screen.page.get_by_role("button", name="Leave Parted.onnx.data out").click()
    screen.page.wait_for_function("() => !document.querySelector('#models-form .models-data')")


def test_a_picture_that_comes_with_a_network_is_its_photo(screen: Screen, tmp_path: Path):
    page, model = screen.page, tmp_path / "Twin.onnx"
    model.write_bytes(exported.squeeze_excite())
    drop(screen, model, ROOT / "static" / "samples" / "coffee.jpg")
    expect(page.locator("#models-photo")).to_contain_text("coffee.jpg")
    expect(page.locator(".models-data")).to_have_count(0)
    look_inside(screen)
    expect(page.locator("#credit")).to_have_text("coffee.jpg")

    # The same network prepared in another way has the same name: the time tells them apart.
    drop(screen, model)
    page.select_option("#models-form [name=preset]", "unit")
    look_inside(screen)
    page.locator(".models-offer").first.click()
    twins = page.locator(".models-list li b", has_text="Twin")
    expect(twins).to_have_count(2)
    names = twins.all_inner_texts()
    assert len(set(names)) == 2
    assert all(re.fullmatch(r"Twin \((today \d+:\d\d(:\d\d)?.*|….{4})\)", name) for name in names)
    listed = page.locator("#model option").all_inner_texts()
    assert set(names) <= set(listed)


@pytest.mark.parametrize(
    "data", [b"version https://git-lfs.github.com/spec/v1", b"<!DOCTYPE html><html>"]
)
def test_the_page_shows_the_servers_words(screen: Screen, tmp_path: Path, data: bytes):
    screen.expected_status = 422
    drop_bytes(screen, tmp_path, "net.onnx", data)
    screen.page.wait_for_selector("#models-open")
    with screen.page.expect_response("**/api/v1/models") as answer:
        screen.page.click("#models-open")
    screen.page.wait_for_selector("#models-form .problem")
    assert answer.value.json()["detail"] in screen.page.inner_text("#models-form .problem")
