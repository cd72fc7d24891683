"""nginx as deploy/ has it, in front of servers on this machine."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from benchmarks.reliability.server import HOST

DEPLOY = Path(__file__).parents[2] / "deploy"
NGINX = shutil.which(os.environ.get("CONVSCOPE_NGINX", "nginx")) or shutil.which(
    "nginx", path="/usr/sbin"
)


class Proxy:
    """nginx with deploy/nginx.conf, started and stopped with the ``with`` block.

    Only what is different on this machine is filled in: the port to ``listen`` on, and those of the
    servers. ``folder`` is an empty one for what nginx writes.
    """

    def __init__(self, ports: list[int], folder: Path, listen: str = "") -> None:
        with socket.create_server((HOST, 0)) as free:
            self.port: int = free.getsockname()[1]
        self._folder = folder
        shutil.copy(DEPLOY / "nginx.conf", folder)
        (folder / "listen.conf").write_text(f"listen {HOST}:{self.port}{listen};\n")
        replicas = (DEPLOY / "replicas.conf").read_text()
        options = re.findall(r"^server \S+( .*)$", replicas, re.MULTILINE)[0]
        lines = [f"server {HOST}:{port}{options}\n" for port in ports]
        (folder / "replicas.conf").write_text("".join(lines))

    def __enter__(self) -> Proxy:
        if NGINX is None:
            raise SystemExit(
                "nginx is not installed: apt-get install nginx, or name one in CONVSCOPE_NGINX"
            )
        self.process = subprocess.Popen(
            [NGINX, "-p", str(self._folder), "-c", str(self._folder / "nginx.conf"),
             "-e", "stderr", "-g", "daemon off;"],
            stderr=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        while not self._listens():
            if self.process.poll() is not None:
                raise SystemExit(f"nginx did not start:\n{self.process.stderr.read()}")
            time.sleep(0.01)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate()

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((HOST, self.port)) == 0
