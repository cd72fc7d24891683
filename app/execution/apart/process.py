"""Calls in processes of their own, as the server sees them: sent, awaited, ended."""

from __future__ import annotations

import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, NamedTuple, ParamSpec, TypeVar

from app.execution.apart.parcels import CALL, END, STATUS, TICK, Check, receive, send
from app.paths import package_root

P = ParamSpec("P")
R = TypeVar("R")


class Bounds(NamedTuple):
    """What one call may take: seconds of processor time, and bytes of memory beside what it is
    given.
    """

    seconds: float
    memory: int


class Ended(Exception):
    """The process ended without an answer: its time was over, it wanted more memory than the system
    had, or it crashed.
    """

    def __init__(self, status: int) -> None:
        super().__init__(f"the process ended with status {status}")
        self.was_too_slow = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGPROF


class Apart:
    """Makes a process for each call, one after the other. The first call starts a process that
    imports ``modules`` and forks the others; it ends when it has not been needed for long, and with
    this one. Safe to use from any thread.
    """

    def __init__(self, *modules: str) -> None:
        self._modules = modules
        self._calling = threading.Lock()
        self._starting = threading.Lock()
        self._control: socket.socket | None = None

    def start(self) -> None:
        """Make ready for a call that is about to come."""
        with self._starting:
            if self._control is None:
                self._control = self._start()

    def close(self) -> None:
        """End the process that makes the others. The next call starts another one."""
        self._forget()

    def call(
        self, bounds: Bounds, check: Check, function: Callable[P, R], *args: P.args, **_: P.kwargs
    ) -> R:
        """What the function returns, or raises. ``check`` is called now and then, and may raise to
        stop. Raises Ended, and OSError where no process can be made.
        """
        while not self._calling.acquire(timeout=TICK):
            check()
        try:
            here, there = socket.socketpair()
            with here:
                with there:
                    self._hand_over(there)
                answer: R = self._answer(here, check, (tuple(bounds), function, args))
                return answer
        finally:
            self._calling.release()

    def _answer(self, here: socket.socket, check: Check, asked: object) -> Any:
        here.settimeout(TICK)
        error: Exception | None = None
        answer = None
        try:
            send(here, asked, check)
            answer, error = receive(here, check)
        except (EOFError, OSError) as gone:
            error = gone
        finally:
            status = self._end()
        if isinstance(error, (EOFError, OSError)):
            raise Ended(status)
        if error is not None:
            raise error
        return answer

    def _hand_over(self, there: socket.socket) -> None:
        """Begin a call. The process that makes the others may have gone meanwhile."""
        for attempt in range(2):
            self.start()
            assert self._control is not None
            try:
                socket.send_fds(self._control, [CALL], [there.fileno()])
                return
            except OSError:
                self._forget()
                if attempt:
                    raise

    def _end(self) -> int:
        """End the call: how its process ended."""
        try:
            assert self._control is not None
            self._control.sendall(END)
            status = self._control.recv(STATUS.size, socket.MSG_WAITALL)
            return int(STATUS.unpack(status)[0])
        except (OSError, struct.error):
            self._forget()
            return 0

    def _forget(self) -> None:
        with self._starting:
            if self._control is not None:
                self._control.close()
                self._control = None

    def _start(self) -> socket.socket:
        with ExitStack() as failed:
            here, there = socket.socketpair()
            failed.enter_context(here)
            with there:
                self._make_forker(there.fileno())
            failed.pop_all()
        return here

    def _make_forker(self, control: int) -> None:
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "app.execution.apart.forker", str(control), *self._modules],
            stdin=subprocess.DEVNULL,
            pass_fds=[control],
            cwd=package_root(),
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        )
        # Whoever ends has to be waited for.
        threading.Thread(target=process.wait, daemon=True, name="forker").start()
