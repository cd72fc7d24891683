"""Where the page's files are: beside the packages in a checkout, inside ``app`` in an installed
wheel.

The wheel carries ``static/`` and ``templates/`` as ``app/static`` and ``app/templates`` (see
``pyproject.toml``), so that it brings no top-level folders of such common names into anybody's
site-packages.
"""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def package_root() -> Path:
    """Folder from which ``python -m app.…`` runs."""
    return _PACKAGE.parent


def static_dir() -> Path:
    """Folder of the page's scripts, styles and samples; it does not depend on the working
    directory.
    """
    return _folder("static")


def templates_dir() -> Path:
    """Folder of the Jinja templates; it does not depend on the working directory."""
    return _folder("templates")


def _folder(name: str) -> Path:
    installed = _PACKAGE / name
    return installed if installed.is_dir() else _PACKAGE.parent / name
