"""The article: told on the photo and the network that are on the page, and fetched only by who
reads it.
"""

import re

import pytest
from playwright.sync_api import Route, expect

from .conftest import OpenPage
from .screen import number
from .test_access import check_with_axe

pytestmark = pytest.mark.browser


LEARNING = ("forward", "loss", "backward", "update", "epochs")


def scroll_to(page, chapter: str) -> None:
    page.locator(f"#article-{chapter}").scroll_into_view_if_needed()
    page.wait_for_selector(f".article-figure.article-{chapter} figcaption")


def pixels(page, chapter: str) -> list[str]:
    """What is painted on the canvases of a chapter."""
    return page.locator(f".article-figure.article-{chapter} canvas").evaluate_all(
        "canvases => canvases.map((canvas) => canvas.toDataURL())"
    )


def test_nothing_is_drawn_before_it_is_near(screen, page):
    expect(page.locator("#article h3")).to_have_count(7 + len(LEARNING))
    expect(page.locator(".article-summariser canvas")).to_have_count(0)
    scroll_to(page, "summariser")
    expect(page.locator(".article-summariser .article-map canvas")).to_have_count(2)


def test_another_photo_draws_the_pictures_anew(screen, page):
    scroll_to(page, "switch")
    before = pixels(page, "switch")
    page.locator(".samples button").nth(2).click()
    scroll_to(page, "switch")  # what is out of sight waits
    page.wait_for_function(
        """([chapter, before]) => [...document.querySelectorAll(`.article-figure.article-${chapter} canvas`)]
        .some((canvas, i) => canvas.toDataURL() !== before[i])""",
        arg=["switch", before],
    )


def show_me(screen, chapter: str, layer: str) -> None:
    """The number that a chapter's figure is about, on the stage."""
    scroll_to(screen.page, chapter)
    screen.page.locator(f"[aria-labelledby=article-{chapter}] .article-show").click()
    screen.wait_for_layer(layer)


def test_the_switch_is_shown_where_it_switches_off_a_third(screen, page):
    """The map is chosen from the numbers, and what the figure shows is what the stage opens."""
    scroll_to(page, "switch")
    told = page.inner_text(".article-switch figcaption")
    channel = int(re.findall(r"In map (\d+)", told)[0])
    before = screen.get(f"analyses/{screen.analysis_id}/layers/conv1_1?channels={channel}")["data"]
    values = [value for row in before[0] for value in row]
    off = sum(value < 0 for value in values) / len(values)
    assert 0.25 < off < 0.42
    assert f"{off * 100:.1f}\xa0%" in told
    assert number(re.findall(r"from (\S+) to 0", told)[0]) == pytest.approx(min(values), abs=1e-4)
    show_me(screen, "switch", "relu1_1")
    expect(page.locator(".reading")).to_have_text(re.compile("^" + re.escape(f"map {channel} ")))
    assert number(page.inner_text(".reading output")) == 0
    expect(page.locator(".heatmap.large").first).to_be_visible()


def test_what_a_figure_shows_is_what_is_opened(screen, page):
    scroll_to(page, "detective")
    told = page.inner_text(".article-detective figcaption")
    assert "3 × 3 window" in told
    show_me(screen, "detective", "conv1_1")
    value = number(re.findall(r"the sum is (\S+),", told)[0])
    assert number(page.inner_text(".reading output")) == pytest.approx(value, abs=1e-4)
    assert value == pytest.approx(
        screen.get(f"analyses/{screen.analysis_id}")["layers"][1]["stats"]["max"], abs=1e-4
    )
    scroll_to(page, "summariser")
    told = page.inner_text(".article-summariser figcaption")
    assert "75.0\xa0% fewer" in told
    show_me(screen, "summariser", "pool1")
    value = number(re.findall(r"one is left, (\S+)\. ", told)[0])
    assert number(page.inner_text(".reading output")) == pytest.approx(value, abs=1e-4)


def test_translation_invariance_is_one_click_from_its_chapter(screen, page):
    scroll_to(page, "summariser")
    page.locator(".article-shift").click()
    said = page.locator("#whatif .sentence")
    expect(said.get_by_role("button", name="Translation invariance")).to_be_in_viewport()
    expect(said).to_contain_text("A shift by 2 px changes")
    expect(said).to_contain_text("after pool5")
    screen.wait_for_address("changes=")


def test_the_detective_s_figures_are_the_api_s(screen, page):
    scroll_to(page, "detective")
    told = page.inner_text(".article-detective figcaption")
    result = screen.get(f"analyses/{screen.analysis_id}")["layers"][1]
    shown = number(told.split("the sum is")[1])
    largest = max(abs(result["stats"]["min"]), abs(result["stats"]["max"]))
    assert abs(shown) <= largest + 1e-4


def test_the_jury_s_pieces_add_up_to_the_score(screen, page):
    scroll_to(page, "jury")
    terms = screen.numbers(".article-jury .term")
    total = number(page.inner_text(".article-jury .total data"))
    assert sum(terms) == pytest.approx(total, abs=2e-3)
    named = int(re.findall(r"The (\d+) largest", page.inner_text(".article-jury figcaption"))[0])
    share = number(re.findall(r"carry (\S+)\xa0%", page.inner_text(".article-jury figcaption"))[0])
    assert sum(terms[:named]) / total * 100 == pytest.approx(share, abs=0.1)
    assert share >= 50


def told_by(page, chapter: str) -> str:
    scroll_to(page, chapter)
    return page.inner_text(f".article-figure.article-{chapter}")


def test_how_it_learns_is_told_in_the_numbers_of_one_step(screen, page):
    """Those of the server's training step on this photo, which is asked for once."""
    asked = screen.record_requests()
    scroll_to(page, "forward")
    link = page.locator("[aria-labelledby=article-forward] .article-show")
    expect(link).to_be_visible()
    trace = re.findall(r"trace=([^&]+)", link.get_attribute("href"))[0]
    step = screen.get(f"steps/{trace}")
    right = next(one for one in step["loss"]["classes"] if one["target"])
    assert right["label"] == "car"
    rows = page.locator(".article-forward tbody tr")
    kept = {layer["name"]: layer["cached"] for layer in step["layers"]}
    assert kept["relu1_1"] == ["output"]
    expect(rows.nth(1)).to_contain_text("relu1_1")
    expect(rows.nth(1)).to_contain_text("its output")
    assert f"= {step['loss']['value']:.4}" in told_by(page, "loss")
    terms = screen.numbers(".article-loss tbody td:last-child")
    assert sum(terms[:-1]) == pytest.approx(terms[-1], rel=1e-3)
    told = told_by(page, "backward")
    dz, dw, db, da = screen.numbers(".article-backward b")
    assert dz == db == pytest.approx(right["gradient"], rel=1e-3)
    evidence = number(re.findall(r"× (\S+) =", told)[0])
    assert dw == pytest.approx(right["gradient"] * evidence, rel=2e-3)
    assert da != 0
    told = told_by(page, "update")
    delta, after = screen.numbers(".article-update b")
    assert delta == pytest.approx(-0.01 * dw, rel=2e-3)
    before = number(re.findall(r"w = (\S+)", told)[0])
    assert before + delta == pytest.approx(after, rel=2e-3)
    assert f"{step['pictures'][0]['probability_after'] * 100:.1f}\xa0%" in told
    assert [url for url in asked if url.endswith("/training-step")] == [
        f"{screen.site}/api/v1/analyses/{screen.analysis_id}/training-step"
    ]


def test_the_reader_chooses_loss_optimiser_answer_and_steps(screen, page):
    scroll_to(page, "loss")
    link = page.locator("[aria-labelledby=article-loss] .article-show")
    expect(link).to_have_attribute("href", re.compile("phase=2"))
    before = link.get_attribute("href")
    held: list[Route] = []
    page.route("**/training-step", lambda route: held.append(route))
    page.locator(".article-loss").get_by_role("button", name="Mean squared error").click()
    expect(link).not_to_have_attribute("href", before or "")
    assert link.get_attribute("href") is None, "it leads nowhere before its numbers are there"
    figure = page.locator(".article-loss")
    expect(figure).to_have_attribute("aria-busy", "true")
    figure.get_by_role("button", name="Cross-entropy").click()
    expect(link).to_have_attribute("href", before or "")
    with page.expect_response("**/training-step"):
        held[0].continue_()  # what was chosen before comes late
    page.unroute("**/training-step")
    expect(figure.locator(".article-equation")).to_contain_text("−ln")
    figure.get_by_role("button", name="Mean squared error").click()
    expect(link).to_have_attribute("href", re.compile("phase=2"))
    expect(figure).not_to_have_attribute("aria-busy", "true")
    expect(page.locator(".article-loss .article-equation")).to_contain_text("Σ (z − y)² / 20")
    terms = screen.numbers(".article-loss tbody td:last-child")
    assert sum(terms[:-1]) == pytest.approx(terms[-1], rel=1e-3)
    scroll_to(page, "update")
    page.locator(".article-update").get_by_role("button", name="Adam").click()
    symbols = page.locator(".article-update dt")
    expect(symbols).to_have_text(["m⁺", "s⁺", "m̂", "ŝ", "d", "Δ", "w⁺"])
    expect(page.locator(".article-rate")).to_contain_text("η is 0.0001, with gradient descent 0.01")
    *_, d, delta, after = screen.numbers(".article-update b")
    w = number(re.findall(r"w = (\S+)", page.inner_text(".article-update"))[0])
    assert delta == pytest.approx(-0.0001 * d, rel=1e-3)
    assert w + delta == pytest.approx(after, rel=1e-3)
    focused = page.evaluate("document.activeElement.textContent")
    assert focused == "Adam"  # redrawn under the hand
    scroll_to(page, "epochs")
    page.locator(".article-more").click()
    expect(page.locator(".article-epochs li")).to_have_count(3)
    expect(page.locator(".article-epochs figcaption")).to_contain_text("48 epochs")
    page.select_option("#article-label", "bus")
    scroll_to(page, "loss")
    expect(page.locator(".article-loss .target th")).to_have_text("bus")
    scroll_to(page, "epochs")
    expect(page.locator(".article-epochs li")).to_have_count(2)


def test_the_step_inspector_shows_the_same_and_leads_back(screen, page):
    page.locator(".samples button").nth(1).click()
    screen.wait_for_address("photo=coffee")
    scroll_to(page, "backward")
    expect(page.locator(".article-backward figcaption")).to_contain_text("red pen")
    dw = screen.numbers(".article-backward b")[1]
    page.locator("[aria-labelledby=article-backward] .article-show").click()
    expect(page.locator("#step-tab-3")).to_have_attribute("aria-selected", "true")
    expect(page.locator(".step-about h3")).to_contain_text("fc1")
    value = page.locator(".step-value-detail .formula data").first
    expect(value).to_be_visible()
    assert float(value.get_attribute("value")) == pytest.approx(dw, rel=1e-3)
    page.get_by_role("link", name="More about this, in the article").click()
    page.wait_for_selector("#article-backward")
    expect(page.locator("#article-backward")).to_be_in_viewport()
    screen.wait_for_address("photo=coffee")
    scroll_to(page, "update")
    adam = page.locator(".article-update").get_by_role("button", name="Adam")
    adam.click()
    expect(page.locator(".article-update dt")).to_have_count(7)
    after = screen.numbers(".article-update b")[-1]
    page.locator("[aria-labelledby=article-update] .article-show").click()
    expect(page.locator("#step-tab-4")).to_have_attribute("aria-selected", "true")
    shown = page.locator(f'.step-value-detail data[value^="{after:.3f}"]')  # the very weight
    expect(shown.first).to_be_visible()
    page.go_back()
    expect(adam).to_have_attribute("aria-pressed", "true")


def test_from_a_layer_to_its_paragraph_and_back(screen, page):
    screen.go_to("pool1")
    page.click(".more-about")
    assert page.evaluate("document.activeElement.id") == "article-summariser"
    expect(page.locator("#article-summariser")).to_be_visible()
    page.keyboard.press("ArrowRight")  # who reads does not step through layers
    assert screen.layer == "pool1"
    page.locator("#article").get_by_text("Show me: relu1_1").click()
    screen.wait_for_layer("relu1_1")
    page.wait_for_function("scrollY === 0")


def test_the_cue_leads_to_it(screen, page):
    page.click("#cue")
    assert page.evaluate("document.activeElement.id") == "article-title"
    assert page.evaluate("scrollY") > 500


def test_a_network_has_the_paragraphs_of_its_layers(open_page: OpenPage):
    screen = open_page("?model=menagerie")
    screen.page.wait_for_selector("#article-learning", state="attached")
    names = screen.page.locator("#article h3").evaluate_all("all => all.map((h) => h.id)")
    ops = {layer["op"] for layer in screen.get("models/menagerie")["layers"]}
    assert ("article-jury" in names) == ("dense" in ops)
    assert ("article-answer" in names) == ("softmax" in ops)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_read_by_everyone_and_never_scrolls_sideways(
    open_page: OpenPage, subtests: pytest.Subtests, scheme: str
):
    screen = open_page("", color_scheme=scheme)
    screen.page.wait_for_selector(".reading output")
    for width in (1440, 390):
        with subtests.test(width=width):
            screen.page.set_viewport_size({"width": width, "height": 844})
            for chapter in ("pixels", "detective", "jury", "answer", *LEARNING):
                scroll_to(screen.page, chapter)
            assert screen.page.evaluate("document.documentElement.scrollWidth") == width
            check_with_axe(screen, "#article")
