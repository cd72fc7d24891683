"""The pictures of the README come from here (and from test_learn.py), with REFRESH_PICTURES=1."""

import pytest

from .conftest import OpenPage
from .pictures import WANTED, keep_picture

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not WANTED, reason="takes the README's pictures with REFRESH_PICTURES=1"),
]

VIEWS = {
    "stage-light": ("light", "?photo=car&layer=conv2_1"),
    "map-dark": ("dark", "?photo=car&layer=conv2_2&map=9&y=16&x=12&view=map"),
    "whatif-light": ("light", '?photo=car&layer=pool2&tab=whatif&changes=[["shift",4,0]]'),
    "attribution-dark": (
        "dark",
        "?photo=chelsea&layer=conv4_2&tab=attribution&method=grad_cam&from=relu4_2",
    ),
}


@pytest.mark.parametrize("name", VIEWS)
def test_take_pictures(open_page: OpenPage, artifacts, name: str):
    theme, address = VIEWS[name]
    screen = open_page(address, color_scheme=theme, device_scale_factor=1.25)
    screen.page.wait_for_selector(".explain .formula", state="attached")
    screen.page.wait_for_load_state("networkidle")  # for a picture, a tile that comes late counts
    keep_picture(screen.page, artifacts / f"{name}.png", readme=name)
