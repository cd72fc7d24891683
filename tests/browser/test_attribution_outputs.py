"""Which output is asked about, and which number of it: classes, a yes or no, and outputs that have
no classes.
"""

import numpy as np
import pytest
from playwright.sync_api import expect

from app.models.registry import Registry
from app.settings import Settings
from engine.network import Network, Node
from engine.ops import Conv2d, Dense, Flatten, GlobalAveragePool, Relu, Sigmoid, Softmax
from tests.app.conftest import RunningServer

from .conftest import OpenPage
from .screen import Screen, number
from .test_access import check_with_axe
from .test_attribution import ask, check_values, value_at, wait_for_answer

pytestmark = pytest.mark.browser


def network(*steps, outputs, labels=None, k=3):
    """conv → relu → mean → z, k raw scores, and then the steps."""
    rng = np.random.default_rng(2)

    def weight(*shape):
        return rng.normal(0, 1, shape).astype(np.float32)

    nodes = [
        Node("conv", Conv2d(weight(6, 3, 3, 3), padding=(1, 1, 1, 1)), ("photo",)),
        Node("act", Relu(), ("conv",)),
        Node("mean", GlobalAveragePool(), ("act",)),
        Node("list", Flatten(), ("mean",)),
        Node("z", Dense(weight(k, 6)), ("list",)),
    ]
    nodes += [Node(name, op, (before,)) for name, op, before in steps]
    return Network(nodes, inputs={"photo": (3, 64, 64)}, outputs=outputs, labels=labels).freeze()


def boxes():
    weight = np.random.default_rng(5).normal(0, 1, (4, 6, 1, 1)).astype(np.float32)
    return "boxes", Conv2d(weight), "act"


NETWORKS = {
    "two": lambda: network(
        boxes(), ("shares", Softmax(), "z"), outputs=("boxes", "shares"), labels=("a", "b", "c")
    ),
    "cat_or_dog": lambda: network(
        ("dog", Sigmoid(), "z"), outputs=("dog",), labels=("cat", "dog"), k=1
    ),
    "no_classes": lambda: network(boxes(), outputs=("boxes",)),
}


@pytest.fixture(scope="module")
def site():
    settings = Settings(port=0, workers=2, log_level="error")
    with RunningServer(settings, Registry(NETWORKS, "two")) as server:
        yield server.url


def attribution(open_page: OpenPage, model: str, more: str = "") -> Screen:
    screen = open_page(f"?model={model}&tab=attribution&method=input_x_gradient{more}")
    wait_for_answer(screen)
    return screen


def test_a_network_with_two_outputs_is_asked_about_both(open_page: OpenPage):
    screen = attribution(open_page, "two")
    page = screen.page
    assert (
        page.input_value("#attribution-output") == "shares"
    )  # the classes, though they stand second
    check_values(screen, ask(screen, method="input_x_gradient"))
    page.select_option("#attribution-output", "boxes")
    page.wait_for_selector("h2:has-text('of “boxes”')")
    wait_for_answer(screen)
    expect(page.locator("#attribution-target")).to_be_hidden()
    assert (
        page.inner_text("#tab-attribution")
        == page.inner_text(".attribution-panel > h2")
        == "Why this value?"
    )
    for axis, at in (("map", "2"), ("y", "1"), ("x", "6")):
        page.fill(f"#attribution-{axis}", at)
        page.press(f"#attribution-{axis}", "Tab")
    page.wait_for_selector("h2:has-text('What raises map 2 · y 1 · x 6 of “boxes”')")
    screen.wait_for_address("output=boxes")
    wait_for_answer(screen)
    unit = 2 * 64 * 64 + 64 + 6
    answer = ask(screen, method="input_x_gradient", output="boxes", target=unit)
    assert answer["target"]["layer"] == "boxes"
    check_values(screen, answer)
    expect(page.locator(".attribution-outcome .facts")).to_contain_text(
        "map 2 · y 1 · x 6 of boxes"
    )
    check_with_axe(screen)
    page.select_option("#attribution-output", "shares")
    page.wait_for_selector("h2:has-text('What speaks for')")
    wait_for_answer(screen)
    check_values(screen, ask(screen, method="input_x_gradient", output="shares"))


def test_an_address_with_an_output_leads_there(open_page: OpenPage):
    screen = attribution(open_page, "two", "&output=boxes&target=5")
    screen.page.wait_for_selector("h2:has-text('What raises map 0 · y 0 · x 5 of “boxes”')")
    check_values(screen, ask(screen, method="input_x_gradient", output="boxes", target=5))


def test_a_cat_or_dog_sigmoid_is_explained_for_cat(open_page: OpenPage):
    screen = attribution(open_page, "cat_or_dog")
    page = screen.page
    expect(page.locator("#attribution-output")).to_be_hidden()
    options = page.locator("#attribution-target option").all_inner_texts()
    assert any(text.startswith("cat,") for text in options)
    assert any(text.startswith("dog,") for text in options)
    page.select_option("#attribution-target", "cat")
    page.wait_for_selector("h2:has-text('What speaks for “cat”')")
    wait_for_answer(screen)
    cat = ask(screen, method="input_x_gradient", target="cat")
    dog = ask(screen, method="input_x_gradient", target="dog")
    assert cat["score"] == -dog["score"]
    check_values(screen, cat)
    assert value_at(screen, 10, 10) == pytest.approx(-dog["map"][10][10], rel=1e-5, abs=1e-8)


def test_without_classes_the_page_says_which_number_is_asked_about(open_page: OpenPage):
    screen = attribution(open_page, "no_classes")
    page = screen.page
    text = page.inner_text("body")
    assert "“”" not in text
    assert "top prediction: ," not in text
    expect(page.locator("#attribution-target")).to_be_hidden()
    unit = ask(screen, method="input_x_gradient")["target"]["unit"]
    at = f"map {unit // 64**2} · y {unit // 64 % 64} · x {unit % 64}"
    page.wait_for_selector(f"h2:has-text('What raises {at} of “boxes”')")


def test_the_class_of_another_network_is_not_asked_for(open_page: OpenPage):
    """It is that of the network again, as soon as the reader comes back to it."""
    screen = attribution(open_page, "two", "&target=b")
    page = screen.page
    page.wait_for_selector("h2:has-text('What speaks for “b”')")
    page.select_option("#model", "cat_or_dog")
    page.wait_for_function(
        "() => /“(cat|dog)”/.test(document.querySelector('#attribution-title').textContent)"
    )
    wait_for_answer(screen)
    expect(page.locator(".attribution-work .problem")).to_have_count(0)
    expect(page.locator("#attribution-target")).to_have_value("")
    page.select_option("#model", "two")
    page.wait_for_selector("h2:has-text('What speaks for “b”')")
    wait_for_answer(screen)


def test_a_logit_is_called_one_beside_its_probability(open_page: OpenPage):
    screen = attribution(open_page, "two", "&target=b")
    answer = ask(screen, method="input_x_gradient", target="b")
    facts = screen.page.inner_text(".attribution-outcome .facts").split("\n")
    assert number(facts[facts.index("Logit") + 1]) == pytest.approx(answer["score"], abs=1e-3)
    scores = screen.get(f"analyses/{screen.analysis_id}")["predictions"]
    chance = next(one["score"] for one in scores if one["label"] == "b")
    written = number(facts[facts.index("Probability") + 1])
    assert written == pytest.approx(100 * chance, abs=0.1)


def test_what_counts_as_nothing_follows_from_the_preprocessing(open_page: OpenPage):
    screen = attribution(open_page, "two")
    model = screen.get("models/two")
    assert model["preprocess"]["mean"][0] != 0
    expect(screen.page.locator(".attribution-words")).to_contain_text(
        "here the colour with red 124"
    )
