"""The list of networks: what each is and where it came from; searched, renamed, deleted, and its
classes.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.app.bringing import as_onnx, net

from .conftest import OpenPage
from .pictures import keep_picture
from .screen import API, Screen
from .test_access import check_with_axe

pytestmark = pytest.mark.browser

NAMES = [
    f"{word} {i}"
    for i in range(250)
    for word in ("great white shark of the sea", "sea", "pen", "cup")
]


def bring(site: str, name: str, labels: list[str] | None = None, classes: int = 4) -> str:
    files = [("file", ("net.onnx", as_onnx(net(classes=classes)))), ("name", (None, name))]
    if labels:
        files.append(("labels", ("labels.txt", "\n".join(labels).encode())))
    answer = API.post(f"{site}/api/v1/models", files=files)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


@pytest.fixture
def brought(site: str) -> Iterator[list[str]]:
    for model in API.get(f"{site}/api/v1/models").json()["models"]:  # of other tests
        if model["uploaded"]:
            API.delete(f"{site}/api/v1/models/{model['id']}")
    ids = [bring(site, "Birds"), bring(site, "Trees")]
    yield ids
    for model in ids:
        API.delete(f"{site}/api/v1/models/{model}")


def names(page: Page) -> list[str]:
    return page.locator(".models-list li b").all_inner_texts()


def titles(screen: Screen) -> dict[str, str]:
    return {model["id"]: model["title"] for model in screen.get("models")["models"]}


def test_networks_are_listed_searched_renamed_and_deleted(
    open_page: OpenPage, brought: list[str], artifacts: Path
):
    screen = open_page(f"?model={brought[0]}")
    screen.wait_for_reading()
    page = screen.page
    page.click("#networks")
    expect(page.locator("#networks-search")).to_be_focused()
    assert names(page)[:2] == ["Trees", "Birds"]  # the newest first
    assert "everyday" in names(page)
    birds = page.locator(f".models-list li[data-model='{brought[0]}']")
    for fact in ("uploaded", "8 × 8 px", "108 parameters in 432 bytes", "kept for"):
        expect(birds).to_contain_text(fact)
    expect(birds).to_contain_text(re.compile(r"uploaded today \d"))
    check_with_axe(screen)

    page.keyboard.type("birds")
    assert names(page) == ["Birds"]
    page.fill("#networks-search", "comes with")
    expect(page.locator(".models-list li[data-model=everyday]")).to_be_visible()
    expect(birds).to_have_count(0)
    shipped = page.locator(".models-list li[data-model=everyday]")
    expect(shipped).to_contain_text("comes with Convscope, so it keeps its name")
    expect(shipped.get_by_role("button")).to_have_count(1)  # it is opened, and nothing else
    page.fill("#networks-search", "")

    birds.get_by_role("button", name="Rename").click()
    page.keyboard.type("given up")
    page.keyboard.press("Escape")  # out of the name, not of the dialog
    expect(birds.locator("b")).to_have_text("Birds")
    birds.get_by_role("button", name="Rename").click()
    page.keyboard.type("Birds of Europe")
    page.keyboard.press("Enter")
    expect(birds.locator("b")).to_have_text("Birds of Europe")
    assert titles(screen)[brought[0]] == "Birds of Europe"
    expect(page.locator("#model option:checked")).to_have_text("Birds of Europe")
    keep_picture(page, artifacts / "networks.png")

    trees = page.locator(f".models-list li[data-model='{brought[1]}']")
    trees.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("button", name="Keep")).to_be_focused()
    check_with_axe(screen)
    page.keyboard.press("Enter")
    expect(trees.get_by_role("button", name="Open")).to_be_visible()
    assert brought[1] in titles(screen)
    trees.get_by_role("button", name="Delete").click()
    trees.get_by_role("button", name="Yes, delete Trees").click()
    expect(trees).to_have_count(0)
    assert brought[1] not in titles(screen)

    birds.get_by_role("button", name="Delete").click()  # the one that is on the page
    birds.get_by_role("button", name="Yes, delete").click()
    expect(page.locator("#model")).to_have_value("everyday")
    assert brought[0] not in titles(screen)


def test_networks_of_one_name_are_told_apart_everywhere(open_page: OpenPage, site: str):
    ids = [bring(site, "Twins"), bring(site, "Twins", classes=5)]
    screen = open_page(f"?model={ids[0]}&tab=whatif&compare=model:{ids[1]}")
    page = screen.page
    page.wait_for_selector("#compare-mode label:visible")
    header, other = (
        page.locator(f"{select} option[value='{value}']").inner_text()
        for select, value in (("#model", ids[0]), ("#compare-target", f"model:{ids[1]}"))
    )
    sides = page.locator("#compare-mode label span").all_inner_texts()[:2]
    assert sides[0] != sides[1]
    assert all(re.fullmatch(r"Twins \(.+\)", name) for name in sides)
    assert header == " ↔ ".join(sides)
    assert other == sides[1]
    for model in ids:
        API.delete(f"{site}/api/v1/models/{model}")


def test_a_thousand_classes_are_searched_and_none_is_cut(open_page: OpenPage, site: str):
    model = bring(site, "Many classes", NAMES, classes=1000)
    screen = open_page(f"?model={model}")
    screen.wait_for_reading()
    page = screen.page
    page.click("#classes")
    dialog = page.locator("#classes-dialog")
    expect(dialog.locator("h2")).to_have_text("Many classes: classes")  # no accuracy is known
    cut = dialog.locator(".share-name").evaluate_all(
        "all => all.filter((name) => name.scrollWidth > name.clientWidth).length"
    )
    assert cut == 0
    page.fill("#classes-search", "PEN 24")
    shown = dialog.locator(".classes li:visible").all_inner_texts()
    assert shown == [name for name in NAMES if "pen 24" in name]
    expect(dialog).to_contain_text(f"{len(shown)} classes")
    check_with_axe(screen)
    API.delete(f"{site}/api/v1/models/{model}")
