"""A real server process to measure, ``convscope serve`` on a free port, and a client that is as
quick as it can be.
"""

from __future__ import annotations

import http.client
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

HOST = "127.0.0.1"
MB = 1e6
_LISTENING = "0A"  # the state of a socket (proc_net_tcp)


class Answer(NamedTuple):
    """What came back, and after how many seconds; status 0 when the connection broke instead."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float


class Server:
    """``convscope serve``, started and stopped with the ``with`` block. Settings as for the class
    Settings: ``workers=1``.

    ``program`` replaces the command by Python source that ends in one.
    """

    def __init__(
        self, program: str = "from app.cli.main import main\nmain()", **settings: object
    ) -> None:
        self.port = _free_port()
        chosen = {f"CONVSCOPE_{name.upper()}": str(value) for name, value in settings.items()}
        command = [sys.executable, "-c", program, "serve", "--port", str(self.port)]
        self.process = subprocess.Popen(
            [*command, "--log-level", "error"],
            env={**os.environ, **chosen},
            stderr=subprocess.PIPE,
            text=True,
        )
        self.log: list[str] = []
        self._reader = threading.Thread(target=lambda: self.log.extend(self.process.stderr))

    def __enter__(self) -> Server:
        self._reader.start()
        client = Client(self.port, timeout=2)
        for _ in range(6_000):  # a machine that does much else takes long
            if self.process.poll() is not None:
                self._reader.join()
                raise SystemExit("The server did not start:\n" + "".join(self.log))
            if client.get("/api/v1/health/ready").status == 200:
                return self
            time.sleep(0.05)
        self.process.kill()
        raise SystemExit("The server was not ready after five minutes.")

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._reader.join()

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def processor_time(self) -> float:
        """Seconds of processor that it has taken since the start (proc(5), stat)."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text()
        user, system = stat.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def page_faults(self) -> int:
        """How many pages of memory it has touched for the first time (proc(5), stat)."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text()
        return int(stat.rpartition(")")[2].split()[7])

    def memory(self) -> float:
        """Bytes in memory now."""
        return self._status("VmRSS")

    def proportional_memory(self) -> float:
        """Bytes in memory now, of what it shares with others its part (proc(5), smaps_rollup)."""
        rollup = Path(f"/proc/{self.process.pid}/smaps_rollup").read_text()
        return 1024.0 * int(re.search(r"^Pss:\s+(\d+)", rollup, re.MULTILINE)[1])

    def peak_memory(self) -> float:
        """The most bytes in memory since the start, or since forget_peak()."""
        return self._status("VmHWM")

    def open_files(self) -> int:
        """How many files and sockets it has open."""
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def connections(self) -> int:
        """How many connections it has open."""
        found = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        here = [row for row in found if row[1].endswith(f":{self.port:04X}") and row[9] != "0"]
        return sum(row[3] != _LISTENING for row in here)

    def threads(self) -> int:
        return int(self._value("Threads"))

    def processes(self) -> int:
        """How many processes it has, itself and those of its trainings."""
        children = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return 1 + sum(len(path.read_text().split()) for path in children)

    def forget_peak(self) -> None:
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")  # proc(5): resets VmHWM

    def _status(self, name: str) -> float:
        return 1024.0 * int(self._value(name))

    def _value(self, name: str) -> str:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return re.search(rf"^{name}:\s+(\d+)", status, re.MULTILINE)[1]


class Client:
    """One connection, kept open between requests; opened again after the server closed it.
    ``address``: that of this machine from which it comes, of 127.0.0.0/8.
    """

    def __init__(self, port: int, timeout: float = 60, address: str = HOST) -> None:
        self._connection = http.client.HTTPConnection(
            HOST, port, timeout=timeout, source_address=(address, 0)
        )

    def close(self) -> None:
        self._connection.close()

    def get(self, path: str, key: str | None = None) -> Answer:
        return self._ask("GET", path, None, _of(key))

    def delete(self, path: str, key: str | None = None) -> Answer:
        return self._ask("DELETE", path, None, _of(key))

    def post(
        self,
        path: str,
        data: bytes | Iterable[bytes],
        kind: str = "image/jpeg",
        key: str | None = None,
    ) -> Answer:
        """With the ``key`` of a workspace, or as a program that has none. ``data`` in pieces is
        sent in chunks.
        """
        return self._ask("POST", path, data, {"Content-Type": kind, **_of(key)})

    def _ask(
        self, method: str, path: str, data: bytes | Iterable[bytes] | None, headers: dict[str, str]
    ) -> Answer:
        start = time.perf_counter()
        try:
            self._connection.request(method, path, data, headers)
            response = self._connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            return Answer(0, {}, b"", time.perf_counter() - start)
        found = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, found, body, time.perf_counter() - start)


def _free_port() -> int:
    """A port that nobody listens on, and that no connection of anybody else is given meanwhile:
    below those that the system gives away (ip(7), ip_local_port_range).
    """
    least = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    while True:
        port = random.randrange(least // 2, least)
        with suppress(OSError), socket.create_server((HOST, port)):
            return port


def _of(key: str | None) -> dict[str, str]:
    return {} if key is None else {"Convscope-Workspace": key}


def quantile(values: list[float], share: float) -> float:
    """The value that ``share`` of the values do not exceed; NaN without values."""
    if not values:
        return float("nan")
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def row(name: str, figure: str, promise: str = "") -> None:
    """One line of a table."""
    print(f"{name:<34} {figure:<34} {promise}".rstrip(), flush=True)
