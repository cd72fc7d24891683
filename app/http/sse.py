"""Work that tells how far it is, as server-sent events (HTML Living Standard, 9.2)."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

from fastapi.sse import format_sse_event

from app.encoding.arrays import json_bytes
from app.errors import AppError
from app.execution.executor import Check, WorkExecutor
from app.http.problems import document

ProgressCallback = Callable[[int, int], None]

# A progress bar that moves more often than this, in seconds, only costs.
_PAUSE = 0.05

log = logging.getLogger(__name__)


async def event_stream(
    executor: WorkExecutor, work: Callable[[ProgressCallback], Any], path: str
) -> AsyncIterator[bytes]:
    """``work(tick)`` off the event loop: «progress» events, then «result» with its content, or
    «problem».

    When the client goes away the server stops asking for events, which stops the work at its next
    tick.
    """
    loop = asyncio.get_running_loop()
    news: asyncio.Queue[dict[str, int] | None] = asyncio.Queue()

    def report(done: dict[str, int]) -> None:
        loop.call_soon_threadsafe(news.put_nowait, done)

    task = asyncio.ensure_future(executor.run(lambda check: work(_ticking(check, report))))
    task.add_done_callback(lambda _: news.put_nowait(None))
    try:
        while (progress := await news.get()) is not None:
            yield _event("progress", progress)
        yield _outcome(task, path)
    finally:
        task.cancel()


def _ticking(check: Check, report: Callable[[dict[str, int]], None]) -> ProgressCallback:
    last = 0.0

    def tick(done: int, total: int) -> None:
        nonlocal last
        check()
        now = time.monotonic()
        if now - last >= _PAUSE or done == total:
            last = now
            report({"done": done, "total": total})

    return tick


def _outcome(task: asyncio.Future[Any], path: str) -> bytes:
    error = task.exception()
    if error is None:
        return _event("result", task.result())
    if not isinstance(error, AppError):
        log.error("work failed behind an event stream", exc_info=error)
    return _event("problem", document(_as_exception(error), path))


def _as_exception(error: BaseException) -> Exception:
    return error if isinstance(error, Exception) else RuntimeError(str(error))


def _event(name: str, content: Any) -> bytes:
    return format_sse_event(event=name, data_str=json_bytes(content).decode())
