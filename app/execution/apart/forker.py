"""The process that makes the others: ``python -m app.execution.apart.forker FD MODULE…``.

It imports what they need, and waits at the socket FD. For each call it forks a process, which has
everything at hand, answers and ends. It computes nothing and has one thread, so it can be forked at
any time. When the server ends, however it does, the socket is closed, and this process ends with
whatever it has made.
"""

from __future__ import annotations

import gc
import importlib
import os
import signal
import socket
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from app.errors import AppError
from app.execution.apart.parcels import CALL, END, STATUS, receive, send
from engine.execution import threads

_IDLE = 300.0  # seconds without a call after which the memory is better used otherwise


def main() -> None:
    """Make a process for each call, until the server is gone."""
    control = socket.socket(fileno=int(sys.argv[1]))
    # They end with the server, which finishes what is under way first.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    for module in sys.argv[2:]:
        importlib.import_module(module)
    threads.THREADS = 1  # the other processors are for the server
    gc.collect()
    gc.freeze()  # pages that nobody writes to stay shared
    control.settimeout(_IDLE)
    made = 0
    while True:
        try:
            said, files, _, _ = socket.recv_fds(control, 1, 1)
        except TimeoutError:
            said, files = b"", []
        if said == CALL:
            made = os.fork()
            if not made:
                control.close()
                _answer(socket.socket(fileno=files[0]))
            os.close(files[0])
            continue
        status = _end(made)
        made = 0
        if said != END:
            return
        control.sendall(STATUS.pack(status))


def _end(made: int) -> int:
    """End the process that was made last, if it has not ended by itself: how it ended."""
    if not made:
        return 0
    # It is waited for here alone, so no other process can have its number yet.
    os.kill(made, signal.SIGKILL)
    return os.waitpid(made, 0)[1]


def _answer(there: socket.socket) -> NoReturn:
    """Do what is asked, and end."""
    try:
        os.nice(5)  # analyses come first, and it still has its part of a busy machine
        # What libraries say of a stranger's file is nothing for the log.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
        bounds, function, arguments = receive(there)
        _bind(*bounds)
        try:
            send(there, (function(*arguments), None))
        except AppError as error:
            send(there, (None, error))
        except Exception as error:  # a fault of the program's, which the log is to tell
            told = "".join(traceback.format_exception(error))
            send(there, (None, RuntimeError(told)))
    finally:
        os._exit(0)


def _bind(seconds: float, memory: int) -> None:
    """End this process after so many seconds of processor time, and let it have so many bytes more,
    where the system can count them.
    """
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    with suppress(OSError, ImportError, ValueError):
        import resource

        # proc(5): the sixth is that of data and stacks, in pages
        pages = int(Path("/proc/self/statm").read_text().split()[5])
        most = pages * resource.getpagesize() + memory
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
        # Where the system itself has none left, this process goes before the server does.
        Path("/proc/self/oom_score_adj").write_text("1000")


if __name__ == "__main__":
    main()
