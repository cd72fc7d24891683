"""The step inspector: what is written out adds up, and is what the API says. And the training step
on the photo.
"""

import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from .conftest import OpenPage
from .pictures import keep_picture
from .screen import Screen
from .test_access import PHONE, check_with_axe

pytestmark = pytest.mark.browser

TRAINING_STEP = {
    "label": "cat",
    "optimiser": "adam",
    "learning_rate": 0.0001,
    "weight_decay": 0.001,
}


@pytest.fixture
def step(screen: Screen) -> dict[str, Any]:
    """A step on the photo of the first visit."""
    return take(screen, screen.analysis_id, TRAINING_STEP)


def take(screen: Screen, analysis: str, config: dict[str, Any]) -> dict[str, Any]:
    url = f"{screen.site}/api/v1/analyses/{analysis}/training-step"
    response = screen.page.request.post(url, data=config)
    assert response.status == 201, response.text()
    return response.json()


def look(open_page: OpenPage, step: dict[str, Any], phase: int, **context: Any) -> Screen:
    screen = open_page(f"learn?trace={step['id']}&phase={phase}", **context)
    screen.page.wait_for_selector(".step-value-detail .formula")
    return screen


def choose(screen: Screen, layer: str) -> None:
    """Look at a layer; what is opened then is one of its numbers."""
    screen.page.click(f".step-card:has(b:text-is('{layer}')), .step-choices [data-layer='{layer}']")
    screen.page.wait_for_function(
        "layer => document.querySelector('.step-value-detail h3')?.textContent.includes(layer)",
        arg=layer,
    )


def title(screen: Screen) -> str:
    return screen.page.inner_text(".step-value-detail h3")


def index(screen: Screen) -> str:
    """The indices of the opened number, as the API writes them."""
    return re.search(r"\[(.*)\]", title(screen))[1].replace(" ", "")


def values(screen: Screen, selector: str) -> list[float]:
    return screen.page.eval_on_selector_all(
        selector, "all => all.map(one => Number(one.value ?? one.getAttribute('value')))"
    )


def opened_sum(screen: Screen) -> tuple[list[float], float]:
    """The terms of what is written out, and what they are said to add up to."""
    (total,) = values(screen, ".step-value-detail .term-total")
    return values(screen, ".step-value-detail .term-product"), total


def test_a_weights_gradient_is_the_sum_that_is_written_out(open_page: OpenPage, step):
    screen = look(open_page, step, 3)
    choose(screen, "conv1_1")
    path = f"steps/{step['id']}/gradient/conv1_1/weight?index={index(screen)}&limit=12"
    told = screen.get(path)
    terms, total = opened_sum(screen)
    assert total == told["value"]
    assert terms == [*(term["product"] for term in told["terms"]), told["remainder"]]
    assert sum(terms) == pytest.approx(total, abs=1e-5 * sum(map(abs, terms)))
    factors = values(screen, ".step-value-detail .term-factors data")
    pairs = np.reshape(factors, (-1, 2))
    np.testing.assert_allclose(pairs.prod(1), terms[:-1], rtol=1e-6)


def test_pointing_at_a_term_lights_it_up_in_both_maps(open_page: OpenPage, step):
    screen = look(open_page, step, 3)
    choose(screen, "conv1_1")
    screen.page.hover(".step-terms li:nth-child(5) .step-term")
    told = screen.get(f"steps/{step['id']}/gradient/conv1_1/weight?index={index(screen)}&limit=5")
    last = told["terms"][-1]
    for place, name in ((last["output"], "dZ: conv1_1"), (last["input"], "A: input")):
        where = f"{name}[{place['channel']}, {place['y']}, {place['x']}]"
        screen.page.wait_for_selector(f".step-highlight [aria-label^='{where}'] .highlight:visible")


def test_an_activations_gradient_is_the_sum_that_is_written_out(open_page: OpenPage, step):
    screen = look(open_page, step, 3)
    choose(screen, "relu1_1")
    channel, y, x = index(screen).split(",")
    told = screen.get(
        f"steps/{step['id']}/activation-gradient/relu1_1?channel={channel}&y={y}&x={x}&limit=12"
    )
    terms, total = opened_sum(screen)
    assert total == told["value"] != 0
    assert sum(terms) == pytest.approx(total, abs=1e-5 * sum(map(abs, terms)))
    # one name for one thing: the output of an activation is A, that of a weighted sum Z
    expect(screen.page.locator(".step-phase h4", has_text="for this image")).to_contain_text(
        "dA of"
    )
    expect(screen.page.locator(".step-value-detail .formula")).to_contain_text("dA = ")
    # pooling, which comes next, gives an A as well
    expect(screen.page.locator(".step-value-detail p").nth(1)).to_contain_text("dA = Σ dA′ · ∂A′")
    expect(screen.page.locator(".step-handed")).to_contain_text("dZ of conv1_1")


def test_a_value_of_the_forward_pass_is_the_sum_that_is_written_out(open_page: OpenPage, step):
    screen = look(open_page, step, 1)
    choose(screen, "conv2_1")
    channel, y, x = index(screen).split(",")
    told = screen.get(f"steps/{step['id']}/explain/conv2_1?channel={channel}&y={y}&x={x}")
    terms, total = opened_sum(screen)
    assert total == told["value"]
    assert sum(terms) == pytest.approx(total, abs=1e-5 * sum(map(abs, terms)))
    screen.page.click(".step-terms button >> nth=0")  # and on to what it is made from
    screen.page.wait_for_function(
        "() => document.querySelector('.step-value-detail h3').textContent.startsWith('pool1[')"
    )
    assert screen.page.get_attribute(".step-card[aria-current]", "class")


def test_the_terms_of_the_classes_add_up_to_the_loss(open_page: OpenPage, step):
    screen = look(open_page, step, 2)
    terms = values(screen, ".step-loss tbody td:nth-child(5) data")
    (loss,) = values(screen, ".step-loss tfoot data")
    assert loss == step["loss"]["value"] == pytest.approx(sum(terms), rel=1e-5)
    gradient = values(screen, ".step-loss tbody td:nth-child(6) data")
    assert gradient == [one["gradient"] for one in step["loss"]["classes"]]
    assert sum(gradient) == pytest.approx(0, abs=1e-6)
    screen.page.click("tr[data-label=cat] td:nth-child(2) button")
    screen.page.wait_for_selector(".step-value-detail .step-terms")
    assert opened_sum(screen)[1] == next(
        one["score"] for one in step["loss"]["classes"] if one["label"] == "cat"
    )


def test_the_update_that_is_shown_is_the_one_that_was_made(open_page: OpenPage, step):
    screen = look(open_page, step, 4)
    choose(screen, "conv1_1")
    at = tuple(map(int, index(screen).split(",")))
    path = f"steps/{step['id']}/parameters/conv1_1/weight?format=json&of="
    before, after = (np.array(screen.get(path + of)["data"])[at] for of in ("before", "after"))
    shown = values(screen, ".step-value-detail .formula data")
    np.testing.assert_allclose(shown, [before, after], rtol=1e-6)  # the arrays are float32
    lines = values(screen, ".step-lines tr td:last-child data")
    told = screen.get(f"steps/{step['id']}/update/conv1_1/weight?index={index(screen)}")
    assert lines == [line["value"] for line in told["derivation"]]
    assert lines[-1] == shown[1] == told["after"] != told["before"]
    expect(screen.page.locator(".again-loss")).to_be_in_viewport()
    expect(screen.page.locator(".step-about .step-formula")).not_to_be_empty()
    loss = values(screen, ".again-loss data")
    assert loss == [step["loss"]["value"], step["loss"]["after"]]
    assert loss[1] < loss[0]


def test_phases_and_numbers_by_keyboard(open_page: OpenPage, step):
    screen = look(open_page, step, 1)
    page = screen.page
    page.focus("#step-tab-1")
    for phase in (2, 3, 4):
        page.keyboard.press("ArrowRight")
        page.wait_for_selector(f"#step-tab-{phase}[aria-selected=true]:focus")
    page.keyboard.press("ArrowLeft")
    choose(screen, "conv1_1")
    before = title(screen)
    page.focus(".step-weights .step-heatmap[tabindex='0']")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_function(
        "before => document.querySelector('.step-value-detail h3').textContent !== before",
        arg=before,
    )
    assert title(screen).startswith("conv1_1.weight[")
    page.keyboard.press("Escape")
    page.wait_for_selector("#step-inspector", state="hidden")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("context", [{}, PHONE], ids=["laptop", "phone"])
def test_no_axe_violation_in_any_phase(open_page: OpenPage, step, artifacts, theme, context):
    screen = look(open_page, step, 1, color_scheme=theme, **context)
    for phase in (1, 2, 3, 4):
        screen.page.click(f"#step-tab-{phase}")
        screen.page.wait_for_selector(".step-value-detail:not([aria-busy]) .formula")
        check_with_axe(screen, *(["#step-inspector"] if phase > 1 else []))
        wide = screen.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0
        name = f"step-inspector-{phase}-{theme}-{'phone' if context else 'laptop'}.png"
        keep_picture(screen.page, artifacts / name, full_page=True)


def test_a_tap_leads_to_the_calculation_on_a_phone(open_page: OpenPage, step):
    screen = look(open_page, step, 4, **PHONE)
    page = screen.page
    calculation = page.locator(".step-value-detail h3")
    weights = page.locator(".step-kernels .step-heatmap").first
    weights.scroll_into_view_if_needed()
    expect(calculation).not_to_be_in_viewport()
    before = title(screen)
    weights.tap(position={"x": 4, "y": 4})
    expect(calculation).to_be_in_viewport()
    assert title(screen) != before
    # A table that is wider than the screen says so by a shadow at its end.
    page.click("#step-tab-2")
    table = page.locator(".step-lines, .step-scroll").first
    expect(table).to_be_visible()
    assert "gradient" in table.evaluate("table => getComputedStyle(table).backgroundImage")


def test_a_training_step_on_the_photo(open_page: OpenPage, artifacts):
    screen = open_page("?tab=whatif")
    screen.page.wait_for_selector("#training-step-label:visible")
    page, original = screen.page, screen.analysis_id
    page.select_option("#training-step-label", "cat")
    page.fill("#training-step-rate", "0.005")
    page.click("#training-step-run")
    page.wait_for_selector(".training-step-score")
    told = take(screen, original, {"label": "cat", "optimiser": "sgd", "learning_rate": 0.005})
    shown = page.eval_on_selector(
        ".training-step-score", "p => [Number(p.dataset.before), Number(p.dataset.after)]"
    )
    picture = told["pictures"][0]
    assert shown == [picture["probability"], picture["probability_after"]]
    assert shown[1] > shown[0]
    expect(page.locator("#training-step-inspect")).to_have_attribute(
        "href", f"learn?trace={told['id']}"
    )
    screen.wait_for_analysis(
        told["after_analysis"]
    )  # what the page shows now is the network after the step
    moved = page.eval_on_selector(
        ".training-step-updates li", "li => [li.dataset.layer, Number(li.dataset.filter)]"
    )
    page.click(".training-step-updates button >> nth=0")
    assert screen.layer == moved[0]
    keep_picture(page.locator(".training-step"), artifacts / "training-step.png")
    check_with_axe(screen)
    page.click("#training-step-undo")
    screen.wait_for_analysis(original)
    expect(page.locator(".training-step-score")).to_have_count(0)
