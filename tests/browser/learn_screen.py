"""The page of learning, in words that tests can use, and a server of its own that can be killed."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx

from .screen import Screen, number

START = 60  # seconds that a server may take to be ready on a busy machine


class OwnServer:
    """``convscope serve`` in a process of its own, with trainings in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.kept: set[str] = set()  # runs that several tests look at
        self._environment = {
            **os.environ,
            "CONVSCOPE_TRAININGS_DIR": str(folder),
            "CONVSCOPE_TIME_LIMIT": "60",  # a busy machine is no mistake of the page
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "app.cli.main", "serve", "--port", str(self.port)]
        self._process = subprocess.Popen(
            command, env=self._environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + START
        while time.monotonic() < until:
            try:
                if httpx.get(f"{self.url}/api/v1/health/ready").is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        raise AssertionError("the server did not start")

    def kill(self) -> None:
        """As a machine does that has no memory left: nobody gets the chance to tidy up."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self._process:
            self._process.send_signal(how)
            self._process.wait(30)
            self._process = None


class LearnScreen(Screen):
    """One open page of learning."""

    def play(self) -> None:
        self.page.click("#play")

    @property
    def status(self) -> str:
        return self.page.locator(".run-state b").get_attribute("data-status") or ""

    def wait_for_status(self, *status: str, timeout: float = 120) -> None:
        chosen = ", ".join(f'.run-state b[data-status="{one}"]' for one in status)
        self.page.wait_for_selector(chosen, timeout=1000 * timeout)

    def wait_for_batch(self, step: int, timeout: float = 240) -> None:
        """Until at least so many batches are learned from."""
        self.page.wait_for_function(
            "step => Number(/batch ([\\d,]+) "
            "of/.exec(document.querySelector('.run-state').textContent)?.[1].replace(',', '') ?? "
            "0) >= step",
            arg=step,
            timeout=1000 * timeout,
            polling=100,  # not at each frame, which would keep a page that only waits at work
        )

    def wait_until_paused(self) -> None:
        """Until the server says so, too: what the page says may be from before the batch that just
        came.
        """
        self.wait_for_status("paused")
        until = time.monotonic() + START
        while self.get(f"trainings/{self.run_id}")["status"] != "paused":
            assert time.monotonic() < until, "the training goes on"
            self.page.wait_for_timeout(50)

    @property
    def batch(self) -> int:
        found = re.search(r"batch ([\d,]+) of", self.page.inner_text(".run-state"))
        assert found
        return int(found[1].replace(",", ""))

    @property
    def run_id(self) -> str:
        self.wait_for_address("run=")
        return str(self.page.evaluate("new URLSearchParams(location.search).get('run')"))

    @property
    def score(self) -> float:
        """The validation accuracy in percent, as it is written large."""
        return number(self.page.inner_text(".score b"))


class Wire:
    """The connection between a browser and a server, which can be cut and mended."""

    def __init__(self, port: int) -> None:
        self._target = ("127.0.0.1", port)
        self._ends: list[socket.socket] = []
        self._whole = True
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def cut(self) -> None:
        """Everything under way ends, and nothing new comes through."""
        self._whole = False
        for end in self._ends:
            _close(end)
        self._ends.clear()

    def mend(self) -> None:
        self._whole = True

    def close(self) -> None:
        self.cut()
        _close(self._door)

    def _listen(self) -> None:
        while True:
            try:
                here, _ = self._door.accept()
            except OSError:
                return
            try:
                there = socket.create_connection(self._target) if self._whole else None
            except OSError:
                there = None
            if there is None:
                _close(here)
                continue
            self._ends += [here, there]
            for source, sink in ((here, there), (there, here)):
                threading.Thread(target=_carry, args=(source, sink), daemon=True).start()


def _carry(source: socket.socket, sink: socket.socket) -> None:
    """Pass on what comes until one end is closed."""
    with contextlib.suppress(OSError):  # it was cut
        while data := source.recv(65536):
            sink.sendall(data)
    _close(sink)


def _close(end: socket.socket) -> None:
    with contextlib.suppress(OSError):  # the other side was quicker
        end.shutdown(socket.SHUT_RDWR)
    end.close()
