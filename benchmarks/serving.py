"""The real server in a process of its own, for benchmarks that measure what a visitor gets."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import httpx

SERVE = ("-m", "app.cli.main", "serve", "--log-level", "error", "--port")


@contextmanager
def served(command: Sequence[str] = SERVE) -> Iterator[str]:
    """The address of a server on a free port, ready for requests. ``command``: what Python is given
    to start it, up to the port.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "CONVSCOPE_TRAININGS_DIR": folder}
        server = subprocess.Popen([sys.executable, *command, str(port)], env=environment)
        try:
            while not _is_ready(url):
                if server.poll() is not None:
                    raise SystemExit("the server did not start")
                time.sleep(0.05)
            yield url
        finally:
            server.terminate()
            server.wait(30)


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/api/v1/health/ready").status_code == 200
    except httpx.TransportError:
        return False


def variant(photo: bytes, number: int) -> bytes:
    """The same JPEG in other bytes, so that no cache knows it: what follows its end is ignored."""
    return photo + number.to_bytes(4, "big")
