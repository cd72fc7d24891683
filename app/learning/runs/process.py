"""A training's process as the server sees it: started, commanded, listened to, ended."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from app.paths import package_root

_MOST = 2**22  # bytes of one line of news
_PATIENCE = 10.0  # seconds that a process may take to save and end

log = logging.getLogger(__name__)

MessageHandler = Callable[[dict[str, Any]], Awaitable[None]]


class Process:
    """One process. ``handle_message`` is awaited for each of its messages, ``on_exit`` once it has
    exited.
    """

    def __init__(
        self,
        child: asyncio.subprocess.Process,
        handle_message: MessageHandler,
        on_exit: Callable[[Process], Awaitable[None]],
    ) -> None:
        self.is_ending = False
        self._child = child
        self._task = asyncio.create_task(self._listen(handle_message, on_exit))

    @classmethod
    async def start(
        cls,
        folder: Path,
        handle_message: MessageHandler,
        on_exit: Callable[[Process], Awaitable[None]],
    ) -> Process:
        """Start the process for the training in ``folder``."""
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "app.learning.runs.worker", str(folder)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=_MOST,
            cwd=package_root(),
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            start_new_session=True,  # a Ctrl-C in the server's terminal is not for it
        )
        return cls(child, handle_message, on_exit)

    @property
    def exit_code(self) -> int | None:
        """Its exit status; None while it runs."""
        return self._child.returncode

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._child.pid

    def send(self, command: str, **options: Any) -> None:
        """Send a command. Has no effect once it has exited."""
        stdin = self._child.stdin
        assert stdin is not None
        if not stdin.is_closing():
            stdin.write(json.dumps({"command": command, **options}).encode() + b"\n")

    async def end(self) -> None:
        """Let it save and exit; kill it when that takes too long."""
        self.is_ending = True
        assert self._child.stdin is not None
        self._child.stdin.close()
        try:
            await asyncio.wait_for(asyncio.shield(self._task), _PATIENCE)
        except TimeoutError:
            self._child.kill()
            await self._task

    async def _listen(
        self, handle_message: MessageHandler, on_exit: Callable[[Process], Awaitable[None]]
    ) -> None:
        """Whatever happens to a message, the end of the process is told: until then it counts as
        one that is at work.
        """
        assert self._child.stdout is not None
        try:
            async for line in self._child.stdout:
                await handle_message(json.loads(line))
        except Exception:
            # half a line is what a process leaves that was killed while it wrote
            log.exception("a training's process cannot be understood")
            if self._child.returncode is None:
                self._child.kill()
        await self._child.wait()
        await on_exit(self)
