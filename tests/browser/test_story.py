"""The story that the page is there to tell: each sentence is at most three clicks away from the
first page.
"""

import re

import pytest
from playwright.sync_api import Locator, expect

pytestmark = pytest.mark.browser

CLICKS = 3
CHAPTERS = {
    "detective": ["detective", "magnifying", "3 × 3 window"],
    "deeper": ["edges", "wheels"],
    "switch": ["light switch", "A positive value passes unchanged", "switched off, to zero"],
    "summariser": [
        "summariser",
        "75.0\xa0% fewer",
        "shifted by two pixels",
        "translation invariance",
    ],
    "jury": ["jury", "piece of evidence", "weight"],
    "answer": ["softmax", "car", "92.7\xa0%"],
    "forward": ["exam", "forward pass", "cache", "its input"],
    "loss": ["loss", "cross-entropy", "Mean squared error", "−ln"],
    "backward": ["red pen", "backward pass", "dZ", "dW", "db", "dA", "chain rule"],
    "update": ["Gradient descent", "Momentum", "RMSProp", "Adam", "learning rate η"],
    "epochs": ["batch", "epoch", "48 epochs"],
}
# What a figure leads to, and what is said there.
LEADS = {
    "detective": ("conv1_1", ["detective", "3 × 3"]),
    "switch": ("relu1_1", ["switch"]),
    "summariser": ("pool1", ["75"]),
    "jury": ("fc1", ["jury"]),
}
PHASES = {
    "forward": ["Forward pass", "Cached for the backward pass"],
    "loss": ["Loss", "L = −Σ y · ln p"],
    "backward": ["Backward pass", "dW = Σ dZ · A", "db = Σ dZ", "dA = Σ dZ · W"],
    "update": ["Update", "w⁺ = w − η · g"],
}


class Walk:
    """A reader who counts clicks. Scrolling costs none."""

    def __init__(self) -> None:
        self.clicks = 0

    def click(self, what: Locator) -> None:
        what.click()
        self.clicks += 1
        assert self.clicks <= CLICKS


def read(page, walk: Walk, chapter: str) -> Locator:
    """A chapter of the article, from the first page, when its figure is drawn."""
    walk.click(page.locator("#cue"))
    page.locator(f"#article-{chapter}").scroll_into_view_if_needed()
    section = page.locator(f"[aria-labelledby=article-{chapter}]")
    expect(section.locator("figcaption")).to_be_visible()
    return section


def test_every_sentence_is_told_in_the_article(screen, page, subtests):
    for chapter, sentences in CHAPTERS.items():
        with subtests.test(chapter):
            section = read(page, Walk(), chapter)
            for sentence in sentences:
                expect(section).to_contain_text(re.compile(re.escape(sentence), re.IGNORECASE))
            page.evaluate("scrollTo(0, 0)")


def test_every_figure_leads_to_its_layer(screen, page, subtests):
    for chapter, (layer, sentences) in LEADS.items():
        with subtests.test(chapter):
            walk = Walk()
            walk.click(read(page, walk, chapter).locator(".article-show"))
            screen.wait_for_layer(layer)
            for sentence in sentences:
                expect(page.locator("#inspector")).to_contain_text(sentence)


def test_every_phase_of_learning_is_reached(screen, page, subtests):
    home = page.url
    for chapter, sentences in PHASES.items():
        with subtests.test(chapter):
            walk = Walk()
            walk.click(read(page, walk, chapter).locator(".article-show"))
            for sentence in sentences:
                expect(page.locator("#step-inspector")).to_contain_text(sentence)
            page.goto(home)
            screen.wait_for_reading()
    walk = Walk()
    walk.click(read(page, walk, "epochs").locator(".article-train"))
    expect(page.locator("#setup")).to_contain_text("epochs")
