"""A real Chromium against a real server on a free port."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

import engine
from app.models.registry import Registry
from app.settings import Settings
from tests.app.conftest import RunningServer

from .learn_screen import LearnScreen, OwnServer
from .menagerie import build_menagerie
from .screen import Screen

ROOT = Path(__file__).resolve().parents[2]
ARTIFACTS = ROOT / "artifacts" / "browser"
LAPTOP = {"width": 1440, "height": 900}
# No graphics card, no sandbox (containers have none), and nothing that Chromium would do on the network by itself.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",  # a camera that shows a test picture; pages still have to ask for it
]

OpenPage = Callable[..., Screen]
OpenLab = Callable[..., LearnScreen]


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """The address of a server with the network that ships and one that holds every other kind of layer."""
    networks = {"everyday": lambda: engine.load("everyday"), "menagerie": build_menagerie}
    settings = Settings(port=0, workers=2, log_level="error", time_limit=60)
    with RunningServer(settings, Registry(networks, "everyday")) as server:
        yield server.url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    names = (os.environ.get("CONVSCOPE_CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    path = next((found for name in names if name and (found := shutil.which(name))), None)
    assert path, "no Chromium found: install one, or name one in CONVSCOPE_CHROMIUM"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser, site: str) -> Iterator[OpenPage]:
    """Opens pages; at the end, none of them may have complained or asked another host for anything."""
    screens: list[Screen] = []

    def open_page(address: str = "", **context) -> Screen:
        context.setdefault("viewport", LAPTOP)
        context.setdefault("color_scheme", "light")
        context.setdefault("reduced_motion", "reduce")  # what is seen is then also what will stay
        page = browser.new_context(**context).new_page()
        screens.append(Screen(page, site))
        screens[-1].open(address)
        return screens[-1]

    yield open_page
    for screen in screens:
        screen.page.context.close()
    if screens:
        delete_uploaded_sets(site)
    for screen in screens:
        assert screen.complaints == []
        assert {
            url for url in screen.requests if not url.startswith((site, "data:", f"blob:{site}"))
        } == set()


def delete_uploaded_sets(site: str) -> None:
    """The server outlives a test; the next one is to find only the sets that come with it."""
    listed = httpx.get(f"{site}/api/v1/datasets", timeout=30).json()["datasets"]
    for data in listed:
        if data["own"]:
            httpx.delete(f"{site}/api/v1/datasets/{data['id']}", timeout=30).raise_for_status()


@pytest.fixture(scope="module")
def lab(tmp_path_factory) -> Iterator[OwnServer]:
    server = OwnServer(tmp_path_factory.mktemp("trainings"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def open_lab(browser: Browser, lab: OwnServer) -> Iterator[OpenLab]:
    """Opens the page of learning; at the end no training goes on, and no page may have complained."""
    screens: list[LearnScreen] = []

    def open_lab(address: str = "learn", site: str = "", **context) -> LearnScreen:
        context = {
            "viewport": LAPTOP,
            "color_scheme": "light",
            "reduced_motion": "reduce",
            **context,
        }
        screens.append(LearnScreen(browser.new_context(**context).new_page(), site or lab.url))
        screens[-1].open(address)
        return screens[-1]

    yield open_lab
    for screen in screens:
        screen.page.context.close()
    for run in httpx.get(f"{lab.url}/api/v1/trainings", timeout=30).json()["trainings"]:
        httpx.delete(f"{lab.url}/api/v1/trainings/{run['id']}", timeout=30)
    for screen in screens:
        assert screen.complaints == []


@pytest.fixture
def screen(open_page: OpenPage) -> Screen:
    """The first visit: a sample is analysed, its first layer is on the stage."""
    screen = open_page()
    screen.wait_for_reading()
    return screen


@pytest.fixture(scope="session")
def artifacts() -> Path:
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    return ARTIFACTS


def publish(picture: Path, name: str) -> None:
    """With REFRESH_PICTURES=1 in the environment, a screenshot becomes one of the README's pictures."""
    if os.environ.get("REFRESH_PICTURES"):
        folder = ROOT / "docs" / "pictures"
        folder.mkdir(exist_ok=True)
        Image.open(picture).convert("RGB").save(folder / f"{name}.png", optimize=True)


@pytest.fixture
def page(screen: Screen) -> Page:
    return screen.page
