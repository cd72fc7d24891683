"""``convscope workspace``: the key of the shell's workspace on servers."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from app.cli.common import errors_in_one_line
from app.errors import AppError
from app.workspaces.kept_key import keep_key, kept_key
from app.workspaces.workspace import is_key


def workspace(
    change: Annotated[
        bool,
        typer.Option("--set", help="Ask for another key, or read it from a pipe, and keep it."),
    ] = False,
) -> None:
    """Print the key of your workspace: what you bring to a server with --server belongs to it.

    Who has the key has the workspace. On the page «Workspace» of a server, the key lets a browser
    share it.
    """
    with errors_in_one_line():
        if change:
            key = _asked()
            if not is_key(key):
                raise AppError("A key has 22 to 128 letters, digits, dashes and underscores.")
            keep_key(key)
        else:
            typer.echo(kept_key())


def _asked() -> str:
    if sys.stdin.isatty():
        asked: str = typer.prompt("Key", hide_input=True)
        return asked.strip()
    return sys.stdin.readline().strip()
