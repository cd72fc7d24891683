"""Numbers that are out of range: said in place, never replaced behind a reader's back, and no
training begins with them.
"""

import pytest
from playwright.sync_api import Locator, expect

from .conftest import OpenLab, OpenPage
from .test_access import PHONE, check_with_axe
from .test_learn_setup import choose_preset, open_setup, summary, wait_for_setup
from .test_photo_input import shoot

pytestmark = pytest.mark.browser


def fault(field: Locator) -> str:
    """What is said beside a field, by the element that describes it; empty if it can be used."""
    if field.get_attribute("aria-invalid") != "true":
        assert field.get_attribute("aria-describedby") is None
        return ""
    id_ = (field.get_attribute("aria-describedby") or "").split()[0]
    note = field.page.locator(f"#{id_}")
    expect(note).to_be_visible()
    return note.inner_text()


OUT_OF_RANGE = [
    ("Batch size", "0", "0 is out of range. Enter a whole number from 1 to 512."),
    ("Batch size", "513", "513 is out of range. Enter a whole number from 1 to 512."),
    ("Epochs", "0", "0 is out of range. Enter a whole number from 1 to 1000."),
    ("Epochs", "2.5", "2.5 is not whole. Enter a whole number from 1 to 1000."),
    ("Epochs", "", "Enter a whole number from 1 to 1000."),
    ("Learning rate η", "-1", "−1 is out of range. Enter a number from 1e−8 to 10."),
    ("Label smoothing", "1", "1 is out of range. Enter a number from 0 to 0.9."),
    ("Weight decay λ", "2", "2 is out of range. Enter a number from 0 to 1."),
    ("Seed", "-3", "−3 is out of range. Enter a whole number from 0 to 2147483647."),
]


def test_a_number_of_learning_says_what_is_wrong(open_page: OpenPage, subtests: pytest.Subtests):
    screen = open_setup(open_page)
    optimiser = screen.page.get_by_label("Optimiser")
    usual = optimiser.input_value()
    for label, entered, why in OUT_OF_RANGE:
        with subtests.test(label, entered=entered):
            field = screen.page.get_by_label(label, exact=True)
            before = field.input_value()
            field.fill(entered)
            assert fault(field) == why
            optimiser.select_option("sgd")  # another change, elsewhere
            expect(field).to_have_value(entered)
            assert fault(field) == why
            field.fill(before)
            assert fault(field) == ""
            optimiser.select_option(usual)


def test_a_layers_number_says_what_is_wrong(open_page: OpenPage):
    screen = open_setup(open_page)
    choose_preset(screen, "small")
    field = screen.page.get_by_label("filters").first
    field.fill("0")
    assert fault(field) == "0 is out of range. Enter a whole number of 1 or more."
    screen.page.get_by_label("Epochs").fill("3")
    expect(field).to_have_value("0")
    check_with_axe(screen)


def test_no_training_begins_with_a_number_that_cannot_be_used(open_page: OpenPage):
    screen = open_setup(open_page)
    page = screen.page
    epochs = page.get_by_label("Epochs")
    epochs.fill("0")
    page.locator(".part > summary").nth(2).click()  # folded away
    requests = screen.record_requests()
    page.click("#play")
    page.locator(".run-note.problem").wait_for()
    said = page.inner_text(".run-note.problem")
    assert "A number cannot be used: Epochs" in said
    assert "from 1 to 1000" in said
    assert epochs.evaluate("(input) => input === document.activeElement")
    expect(epochs).to_have_value("0")
    assert not [url for url in requests if url.endswith("/api/v1/trainings")]
    check_with_axe(screen)


def test_batch_norm_with_batches_of_one_is_explained(open_page: OpenPage):
    screen = open_setup(open_page)
    page = screen.page
    field = page.get_by_label("Batch size")
    field.fill("1")
    assert fault(field) == ""  # stochastic gradient descent, one picture at a time
    choose_preset(screen, "vgg")
    assert "a single image is its own mean" in fault(field)
    field.scroll_into_view_if_needed()
    shoot(screen, "learn-batch-norm")
    check_with_axe(screen)
    choose_preset(screen, "small")
    assert fault(field) == ""
    expect(field).to_have_value("1")


def test_faults_fit_on_a_telephone(open_page: OpenPage):
    screen = open_setup(open_page, **PHONE)
    page = screen.page
    choose_preset(screen, "vgg")
    page.get_by_label("Batch size").fill("1")
    page.get_by_label("Epochs").fill("0")
    page.get_by_label("filters").first.fill("0")
    for theme in ("light", "dark"):
        if theme == "dark":
            screen.click_in_header("#theme")
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.get_by_label("Epochs").scroll_into_view_if_needed()
        shoot(screen, f"learn-faults-390-{theme}")
    assert summary(screen, 2).endswith("epochs")


def test_a_training_with_batches_of_one_runs(open_lab: OpenLab):
    screen = open_lab()
    wait_for_setup(screen)
    screen.page.get_by_label("Batch size").fill("1")
    screen.play()
    screen.wait_for_batch(10)


def test_an_option_of_an_attribution_is_not_clamped(open_page: OpenPage):
    page = open_page("?tab=attribution").page
    page.locator("#attribution-method").select_option("integrated_gradients")
    page.locator("details:has(#attribution-steps) > summary").click()
    field = page.locator("#attribution-steps")
    field.fill("100000")
    field.blur()
    assert "100000 is out of range" in fault(field)
    expect(field).to_have_value("100000")


def test_a_picture_that_the_set_has_not(open_lab: OpenLab):
    screen = open_lab()
    wait_for_setup(screen)
    field = screen.page.locator("#picture-number")
    screen.play()
    screen.wait_for_batch(2)
    field.wait_for()
    field.fill("99999")
    field.blur()
    assert fault(field) == "99999 is out of range. Enter a whole number from 0 to 2999."
    screen.page.click("#play")  # what changes elsewhere replaces nothing
    screen.wait_for_status("paused")
    expect(field).to_have_value("99999")
    screen.page.get_by_role("button", name="Next image").click()
    assert fault(field) == ""
