"""A real Chromium against a real server on a free port."""

import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

import engine
from app.models.registry import Registry
from app.settings import Settings
from tests.app.conftest import RunningServer

from .learn_screen import LearnScreen, OwnServer
from .menagerie import build_menagerie
from .pictures import ROOT
from .screen import API, PATIENCE, Screen
from .tabs import PLAIN, KeptFiles, Tabs

ARTIFACTS = ROOT / "artifacts" / "browser"
FAILED = pytest.StashKey[bool]()
expect.set_options(timeout=PATIENCE)
REBOUND = "rebound.example"  # a name of another site, which resolves to this machine
RESOLVER = f"MAP {REBOUND} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"
# No graphics card, no sandbox (containers have none), and nothing that Chromium would do on the
# network by itself.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Nothing is asked of another host.
    f"--host-resolver-rules={RESOLVER}",
    "--use-fake-device-for-media-stream",  # a camera that shows a test picture
    "--use-fake-ui-for-media-stream",  # nobody is there to allow it
]

# The first draws pages and nothing around them, for half of the processor's time.
CHROMIUMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")

OpenPage = Callable[..., Screen]
OpenLab = Callable[..., LearnScreen]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with the network that ships and one that holds every other kind of
    layer.
    """
    networks = {"everyday": lambda: engine.load("everyday"), "menagerie": build_menagerie}
    folder = str(tmp_path_factory.mktemp("trainings"))
    settings = Settings(port=0, workers=2, log_level="error", time_limit=60, trainings_dir=folder)
    server = RunningServer(settings, Registry(networks, "everyday"))
    server.app.add_middleware(KeptFiles)
    with server:
        yield server.url


def find_chromium() -> str:
    names = (os.environ.get("CONVSCOPE_CHROMIUM"), *CHROMIUMS)
    path = next((found for name in names if name and (found := shutil.which(name))), None)
    assert path, "no Chromium found: install one, or name one in CONVSCOPE_CHROMIUM"
    return path


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def tabs(browser: Browser) -> Tabs:
    return Tabs(browser)


@pytest.fixture
def open_page(request: pytest.FixtureRequest, tabs: Tabs, site: str) -> Iterator[OpenPage]:
    """Opens pages; at the end, none of them may have complained."""
    screens: list[Screen] = []
    contexts: list[dict[str, Any]] = []

    def open_page(address: str = "", **context) -> Screen:
        screens.append(Screen(tabs.take(**context), site))
        contexts.append(context)
        screens[-1].open(address)
        return screens[-1]

    yield open_page
    keep_failure(request, screens)
    for screen, context in zip(screens, contexts, strict=True):
        screen.stop_listening()
        tabs.give_back(screen.page, site, **context)
    if screens:
        delete_uploaded_sets(site)
    for screen in screens:
        assert screen.complaints == []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


def keep_failure(request: pytest.FixtureRequest, screens: Sequence[Screen]) -> None:
    """What is on the screen when a test fails."""
    if request.node.stash.get(FAILED, False):
        name = re.sub(r"[^\w.-]+", "-", request.node.name)
        for number, screen in enumerate(screens):
            screen.page.screenshot(path=ARTIFACTS / "failed" / f"{name}-{number}.png")


def delete_uploaded_sets(site: str) -> None:
    """The server outlives a test; the next one is to find only the sets that come with it."""
    listed = API.get(f"{site}/api/v1/datasets").json()["datasets"]
    for data in listed:
        if data["uploaded"]:
            API.delete(f"{site}/api/v1/datasets/{data['id']}").raise_for_status()


@pytest.fixture(scope="module")
def lab(tmp_path_factory) -> Iterator[OwnServer]:
    server = OwnServer(tmp_path_factory.mktemp("trainings"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def open_lab(request: pytest.FixtureRequest, tabs: Tabs, lab: OwnServer) -> Iterator[OpenLab]:
    """Opens the training page; at the end no training runs, and no page may have complained."""
    screens: list[LearnScreen] = []
    contexts: list[dict[str, Any]] = []

    def open_lab(address: str = "learn", site: str = "", **context) -> LearnScreen:
        screens.append(LearnScreen(tabs.take(**context), site or lab.url))
        contexts.append(context)
        screens[-1].open(address)
        return screens[-1]

    yield open_lab
    keep_failure(request, screens)
    for screen, context in zip(screens, contexts, strict=True):
        screen.stop_listening()
        tabs.give_back(screen.page, screen.site, **context)
    for run in API.get(f"{lab.url}/api/v1/trainings").json()["trainings"]:
        if run["id"] in lab.kept:
            continue
        API.delete(f"{lab.url}/api/v1/trainings/{run['id']}")
    for screen in screens:
        assert screen.complaints == []


@pytest.fixture
def screen(open_page: OpenPage) -> Screen:
    """The first visit: a sample is analysed, its first layer is on the stage."""
    screen = open_page()
    screen.wait_for_reading()
    return screen


@pytest.fixture
def modules(open_page: OpenPage) -> Page:
    """A page on which nothing runs: functions of the page's modules are imported into it, without a
    visit.
    """
    return open_page(PLAIN).page


@pytest.fixture(scope="session")
def artifacts() -> Path:
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    return ARTIFACTS


@pytest.fixture(scope="session")
def album(artifacts: Path) -> Path:
    """Pictures of the page of learning."""
    folder = artifacts / "learn"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture
def page(screen: Screen) -> Page:
    return screen.page
