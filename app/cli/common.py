"""What the shell's commands share: settings, who answers, and errors in one line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer
from pydantic import ValidationError
from rich.console import Console

from app.cli.backend import Backend, LocalBackend
from app.client import Client, ClientError
from app.errors import AppError
from app.settings import Settings
from engine.errors import EngineError


def settings(**flags: object) -> Settings:
    """The settings from the environment; ``flags`` take precedence. An invalid value ends the
    program.
    """
    try:
        return Settings(**flags)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        fail(f"CONVSCOPE_{str(first['loc'][0]).upper()}: {first['msg']}", 2)


def own_address(host: str, port: int) -> str:
    """Where a server that listens on a host is reached from its own machine."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104, it is read, not bound
    return address(host, port)


def address(host: str, port: int) -> str:
    """The address of a server."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextmanager
def source(server: str | None) -> Iterator[Backend]:
    """The backend that answers; any error ends the program with one line."""
    with errors_in_one_line():
        if server is None:
            yield LocalBackend(settings())
        else:
            with Client(server, token=settings().token) as client:
                yield client


@contextmanager
def errors_in_one_line() -> Iterator[None]:
    """Ends the program at any error, with one line on stderr and the exit code 1."""
    try:
        yield
    except (AppError, ClientError, EngineError, OSError) as error:
        fail(str(error), 1)


def stdout(at_least: int | None = None) -> Console:
    """A console that prints names of files, layers and classes literally, without markup.
    ``at_least``: columns for output to a file or a pipe, which has no width.
    """
    console = Console(markup=False, highlight=False)
    if at_least is not None and not console.is_terminal:
        console.width = max(console.width, at_least)
    return console


def warn(message: str) -> None:
    """One line on stderr."""
    typer.echo(f"convscope: {message}", err=True)


def fail(message: str, code: int) -> NoReturn:
    """One line on stderr, and the end."""
    warn(message)
    raise SystemExit(code)
