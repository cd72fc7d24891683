"""What the network says, each kind of answer in its own form: read off the page and held against the API's numbers."""

import pytest

from app.registry import Registry
from app.settings import Settings
from tests.app.conftest import RunningServer

from .answers import NETWORKS
from .conftest import ROOT, OpenPage
from .screen import Screen
from .test_access import PHONE, check_with_axe

pytestmark = pytest.mark.browser

CAR = ROOT / "static" / "samples" / "coffee.jpg"


@pytest.fixture(scope="module")
def site():
    settings = Settings(port=0, workers=2, log_level="error")
    with RunningServer(settings, Registry(NETWORKS, "classes")) as server:
        yield server.url


@pytest.fixture
def folder(artifacts):
    (artifacts / "prediction").mkdir(exist_ok=True)
    return artifacts / "prediction"


def opened(open_page: OpenPage, kind: str, **context) -> Screen:
    screen = open_page(f"?model={kind}", **context)
    screen.wait_for_reading()
    return screen


def answer(screen: Screen, at: int = 0) -> dict:
    return screen.get(f"analyses/{screen.analysis_id}")["outputs"][at]


@pytest.mark.parametrize(
    "device",
    [
        {},
        PHONE | {"color_scheme": "dark"},
        {"viewport": {"width": 3840, "height": 2160}, "locale": "de"},
    ],
    ids=["laptop", "phone", "wide"],
)
@pytest.mark.parametrize("kind", NETWORKS)
def test_every_kind_on_every_screen(open_page: OpenPage, kind: str, device: dict, folder):
    screen = opened(open_page, kind, **device)
    screen.page.wait_for_selector("#answer-head .answer-kind, #predictions li", state="attached")
    screen.page.wait_for_load_state("networkidle")
    check_with_axe(screen)
    name = f"{kind}-{device.get('viewport', {}).get('width', 1440)}"
    screen.page.screenshot(path=folder / f"{name}.png")
