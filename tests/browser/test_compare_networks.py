"""Two networks of one architecture, and a network before and after it was trained on the photo:
compared layer by layer, and called by what they are.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

import engine
from engine.formats import safetensors
from engine.network import Network
from engine.ops import Conv2d, Dense

from .conftest import OpenPage
from .pictures import keep_picture
from .screen import API, Screen

pytestmark = pytest.mark.browser


def checkpoint(title: str, **ops) -> Network:
    """The network that ships, with other weights; ``ops`` take the place of some of its layers'."""
    network = engine.load("everyday")
    rng = np.random.default_rng(2)
    changed = {
        node.name: replace(
            node.op,
            weight=node.op.weight
            * rng.normal(1, 0.2, node.op.weight.shape).astype(node.op.weight.dtype),
        )
        for node in network.nodes
        if isinstance(node.op, Conv2d | Dense)
    }
    other = network.replaced({**changed, **ops})
    other.meta = {"title": title}
    return other


def upload(site: str, network: Network, folder: Path) -> str:
    path = folder / "network.safetensors"
    safetensors.save(network, path, half=False)
    params = {"name": network.meta["title"]}
    answer = API.post(f"{site}/api/v1/models", content=path.read_bytes(), params=params)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


@pytest.fixture
def second(site: str, tmp_path: Path) -> Iterator[str]:
    model = upload(site, checkpoint("Second checkpoint"), tmp_path)
    yield model
    API.delete(f"{site}/api/v1/models/{model}")


def numbers(screen: Screen, analysis: str, layer: str) -> np.ndarray:
    url = f"{screen.site}/api/v1/analyses/{analysis}/layers/{layer}?format=npy"
    return np.load(io.BytesIO(API.get(url).content))


def sides(screen: Screen) -> list[str]:
    """What the switch above the stage offers."""
    return screen.page.locator("#compare-mode label:visible span").all_inner_texts()


def check_captions_fit(screen: Screen) -> None:
    """Every map that is compared shows its number and its percentage whole."""
    cut = screen.page.locator(".compare-maps .tile-name").evaluate_all(
        "all => all.filter((one) => one.scrollWidth > one.clientWidth"
        " || [...one.children].some((part) => part.scrollWidth > part.clientWidth)).length"
    )
    assert cut == 0


def test_two_checkpoints_differ_layer_by_layer_as_the_api_says(
    open_page: OpenPage, second: str, artifacts: Path
):
    screen = open_page("?tab=whatif&layer=pool2&map=7&y=9&x=3")
    page = screen.page
    screen.page.wait_for_selector(".reading output")
    original = screen.analysis_id
    page.select_option("#compare-target", f"model:{second}")
    page.wait_for_selector(".chart button")
    other = screen.analysis_id
    assert other != original
    expect(page.locator("#model")).to_have_value("everyday")  # the address keeps the first, too
    # The header says both, whichever is on the stage; so do the answers, with their colours.
    expect(page.locator("#model option:checked")).to_have_text("everyday ↔ Second checkpoint")
    expect(page.locator(".score-legend")).to_have_text("everydaySecond checkpoint")
    screen.wait_for_address("model=everyday")
    told = screen.get(f"analyses/{other}/difference?to={original}")
    shown = page.locator(".chart button").evaluate_all(
        "all => all.map((bar) => [bar.dataset.layer, Number(bar.dataset.relative)])"
    )
    assert [name for name, _ in shown] == [layer["name"] for layer in told["layers"]]
    assert [relative for _, relative in shown] == pytest.approx(
        [layer["relative"] for layer in told["layers"]]
    )
    assert sides(screen)[:2] == ["everyday", "Second checkpoint"]
    story = page.locator("#whatif .chart-body > .sentence")
    expect(story).to_contain_text("The two networks differ by")
    expect(page.locator(".passages")).to_have_count(0)
    rows = page.locator(".scores .score").evaluate_all(
        "all => all.map((row) => ({...row.dataset}))"
    )
    for row in rows:
        expected = next(one for one in told["predictions"] if one["label"] == row["label"])
        pair = [float(row["before"]), float(row["after"])]
        assert pair == pytest.approx([expected["other"], expected["score"]])

    page.click("#compare-mode label:has-text('difference')")
    one, two = (numbers(screen, id_, "pool2") for id_ in (original, other))
    place = (7, 9, 3)
    screen.wait_for_value(two[place] - one[place])
    page.click("#compare-mode label:has-text('side by side')")
    page.wait_for_selector(".compare-maps .tile-change:not(:empty)")
    expect(page.locator(".compare-key")).to_contain_text("everyday | Second checkpoint")
    check_captions_fit(screen)
    keep_picture(page, artifacts / "two-checkpoints.png")
    page.set_viewport_size({"width": 2560, "height": 1300})
    screen.wait_for_rest()
    check_captions_fit(screen)
    page.set_viewport_size({"width": 1440, "height": 900})

    # A layer that the reader sets beside another one has nothing to subtract.
    page.select_option("#matched-layer", "pool3")
    expect(page.locator(".compare-networks .half")).to_have_count(2)
    assert "difference" not in sides(screen)
    # Maps of two sizes: each value says its own place.
    expect(page.locator("#reading .muted")).to_contain_text("map 7 · y 4 · x 1: ")
    said = page.inner_text("#reading .muted").replace("−", "-")
    found = re.fullmatch(r"map 7 · y 4 · x 1: (\S+) → y 9 · x 3: (\S+)", said)
    assert found, said
    there = numbers(screen, original, "pool3")[7, 4, 1], two[place]
    assert [float(value) for value in found.groups()] == pytest.approx(there, abs=1e-3)


def test_layers_that_only_one_network_has_are_named(open_page: OpenPage, site: str, tmp_path: Path):
    scores = engine.load("everyday").node("fc1").op
    assert isinstance(scores, Dense)
    network = checkpoint(
        "Five classes", fc1=Dense(scores.weight[:5].astype(np.float32), np.zeros(5, np.float32))
    )
    network.labels = tuple("abcde")
    model = upload(site, network, tmp_path)
    screen = open_page(f"?tab=whatif&layer=pool2&compare=model:{model}")
    page = screen.page
    page.wait_for_selector(".chart button")
    names = [layer["name"] for layer in screen.get("models/everyday")["layers"]]
    bars = page.locator(".chart button").evaluate_all("all => all.map((bar) => bar.dataset.layer)")
    assert bars == [name for name in names if name not in ("fc1", "softmax")]
    expect(page.locator(".unmatched")).to_have_count(2)
    for line, title in zip(
        page.locator(".unmatched").all(), ("everyday", "Five classes"), strict=True
    ):
        expect(line).to_contain_text(f"only {title} has them in this shape: fc1, softmax")
    page.click('.column[data-layer="fc1"]')
    screen.wait_for_title("fc1")
    page.click("#compare-mode label:has-text('side by side')")
    expect(page.locator(".compare-networks .half")).to_have_count(2)
    API.delete(f"{site}/api/v1/models/{model}")


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_network_trained_on_the_photo_is_called_that(open_page: OpenPage, language: str):
    words = {
        "en": [
            "before training",
            "after training",
            "Training changes",
            "after training on the photo",
        ],
        "de": [
            "vor dem Training",
            "nach dem Training",
            "Das Training verändert",
            "nach dem Training",
        ],
    }[language]
    screen = open_page(f"?tab=whatif&lang={language}")
    page = screen.page
    page.wait_for_selector("#training-step-label:visible")
    page.wait_for_selector(".reading output")
    original, credit = screen.analysis_id, page.inner_text("#credit")
    page.select_option("#training-step-label", "cat")
    for steps in (1, 2):  # the second from the network that the first made
        before = screen.analysis_id
        page.click("#training-step-run")
        page.wait_for_function(
            "id => !document.querySelector('#downloads a').href.includes(id)", arg=before
        )
        page.wait_for_selector(".chart button")
        assert sides(screen)[:2] == words[:2], steps
        expect(page.locator("#credit")).to_have_text(credit)  # the same photo, which is here
        expect(page.locator("#whatif .chart-body > .sentence")).to_contain_text(words[2])
        chosen = page.locator("#compare-target option:checked")
        expect(chosen).to_contain_text(words[3])
        expect(page.locator("#compare-target")).to_have_value(f"analysis:{screen.analysis_id}")
    expect(page.locator(".score-legend")).to_have_text(f"{words[0]}{words[1]}")
    page.click("#compare-mode label >> nth=3")
    page.wait_for_selector(".compare-maps .tile-change:not(:empty)")
    expect(page.locator(".compare-key")).to_contain_text(f"{words[0]} | {words[1]} |")
    check_captions_fit(screen)
    trained = screen.analysis_id

    # A link to it says the same.
    screen.wait_for_address(f"compare=analysis%3A{trained}")
    again = open_page(f"{page.evaluate('location.search')}&lang={language}")
    again.page.wait_for_selector(".chart button")
    assert sides(again)[:2] == words[:2]
    expect(again.page.locator("#credit")).to_have_text(credit)
    told = again.get(f"analyses/{trained}/difference?to={original}")
    most = max(layer["relative"] for layer in told["layers"])
    expect(again.page.locator(".beyond")).to_have_count(1 if most > 1 else 0)
