"""Pictures of the page for people to look at: taken with REFRESH_PICTURES=1 in the environment,
since drawing them takes its time.
"""

import os
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Locator, Page

ROOT = Path(__file__).resolve().parents[2]
WANTED = bool(os.environ.get("REFRESH_PICTURES"))


def keep_picture(shown: Page | Locator, path: Path, readme: str = "", **options: Any) -> None:
    """Take one, if pictures are wanted; with a name for the README, it becomes one of its
    pictures.
    """
    if not WANTED:
        return
    shown.screenshot(path=path, **options)
    if readme:
        folder = ROOT / "docs" / "pictures"
        folder.mkdir(exist_ok=True)
        Image.open(path).convert("RGB").save(folder / f"{readme}.png", optimize=True)
