"""An op of which the page has no word of its own: Softsign, as «Add an op» in CONTRIBUTING.md tells
it.
"""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.engine.ops.test_softsign import file

from .conftest import OpenPage
from .drops import drop_bytes
from .screen import Screen

pytestmark = pytest.mark.browser
LAYER = "/layers.1/Softsign_output_0"


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        (
            "en",
            "Softsign: an activation function, x ÷ (1 + |x|), applied to every number by itself.",
        ),
        (
            "de",
            "Softsign: eine Aktivierungsfunktion, x ÷ (1 + |x|), auf jede Zahl für sich angewandt.",
        ),
    ],
)
def test_an_op_without_words_is_drawn_and_explained(
    open_page: OpenPage, tmp_path: Path, language: str, sentence: str
):
    screen: Screen = open_page(f"?lang={language}")
    screen.wait_for_reading()
    drop_bytes(screen, tmp_path, "softsign.onnx", file())
    screen.page.click("#models-open")
    screen.page.wait_for_selector(f'.column[data-layer="{LAYER}"]')
    column = screen.page.locator(f'.column[data-layer="{LAYER}"]')
    expect(column).to_have_attribute("data-family", "activation")
    screen.go_to(LAYER)
    inspector = screen.page.locator("#inspector")
    expect(inspector.get_by_role("heading", name="Softsign")).to_be_visible()
    expect(inspector).to_contain_text(sentence)
    expect(inspector.locator(".explain .formula").first).to_contain_text("x ÷ (1 + |x|)")
    path = inspector.locator(".plot .curve").get_attribute("d") or ""
    assert path.count("L") == 96
    assert path.count("M") == 1
