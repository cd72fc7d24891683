"""Files dropped on the page as a hand drops them: real files on the disk, told to Chromium by the
DevTools protocol.

An event that a test makes within the page carries files without entries of a file system, and never
makes the browser leave the page to show the file. A real drop differs in both, so whatever is said
of drops is tested with these.
"""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

from .screen import Screen

_COPY = 1  # the operation that a drag of files from a file manager allows
_DRAG = ("dragEnter", "dragOver")


def drop(screen: Screen, *paths: Path, onto: str = "body") -> None:
    """Drag files and folders onto the middle of what ``onto`` selects, as much of it as is in
    sight, and let go.
    """
    _send(screen.page, paths, onto, (*_DRAG, "drop"))


def drag_over(screen: Screen, *paths: Path, onto: str = "body") -> None:
    """Hold files and folders over the page without letting go."""
    _send(screen.page, paths, onto, _DRAG)


def drop_bytes(screen: Screen, folder: Path, name: str, data: bytes, onto: str = "body") -> None:
    """Drop one file of this name and content, which is written into ``folder`` for it."""
    path = folder / name
    path.write_bytes(data)
    drop(screen, path, onto=onto)


def _send(page: Page, paths: tuple[Path, ...], onto: str, kinds: tuple[str, ...]) -> None:
    files = [str(path.resolve(strict=True)) for path in paths]
    data = {"items": [], "files": files, "dragOperationsMask": _COPY}
    place = _middle(page, onto)
    session = page.context.new_cdp_session(page)
    for kind in kinds:
        session.send("Input.dispatchDragEvent", {"type": kind, **place, "data": data})
    session.detach()


def _middle(page: Page, selector: str) -> dict[str, float]:
    """Where the visible part of an element has its middle, in pixels of the window."""
    x, y = page.locator(selector).first.evaluate(
        """(element) => {
          const { left, right, top, bottom } = element.getBoundingClientRect();
          const middle = (from, to, size) => (Math.max(0, from) + Math.min(size, to)) / 2;
          return [middle(left, right, innerWidth), middle(top, bottom, innerHeight)];
        }"""
    )
    return {"x": x, "y": y}
