"""Answers that are made piece by piece, on the executor's threads."""

import asyncio
import threading

import pytest

from app.errors import Overloaded
from app.execution.executor import WorkExecutor
from app.http.application import create_app
from app.models.registry import Registry
from app.settings import Settings
from tests.app.conftest import TestClient, build_tiny, picture_bytes
from tests.app.execution.test_executor import Blocker, run_async, until


@run_async
async def test_a_stream_counts_while_a_piece_is_made():
    executor, work = WorkExecutor(1, 0, 5), Blocker()

    def pieces():
        yield b"first"
        work(lambda: None)
        yield b"second"

    stream = await executor.stream(pieces())
    assert await anext(stream) == b"first"
    executor.refuse_when_full()
    second = asyncio.create_task(anext(stream))
    await work.begun()
    with pytest.raises(Overloaded):
        executor.refuse_when_full()
    work.released.set()
    assert await second == b"second"
    assert [piece async for piece in stream] == []
    await until(lambda: executor._pending == 0)
    with executor.place(), pytest.raises(Overloaded):
        await executor.stream(pieces())
    await until(lambda: executor._pending == 0)
    executor.close()


@run_async
async def test_the_pieces_of_an_answer_are_made_on_the_threads_and_wait_their_turn_though_the_queue_is_full():
    executor = WorkExecutor(workers=1, queue_size=0, time_limit=20)
    blocker = Blocker()
    threads = []

    def pieces():
        for piece in (b"a", b"b", b"c"):
            threads.append(threading.current_thread().name)
            yield piece

    async def read(stream):
        return [piece async for piece in stream]

    stream = await executor.stream(pieces())
    busy = asyncio.create_task(executor.run(blocker))
    await asyncio.to_thread(blocker.started.wait, 20)
    with pytest.raises(Overloaded):
        await executor.stream(pieces())
    reading = asyncio.create_task(read(stream))
    await asyncio.sleep(0)
    assert not reading.done()
    blocker.released.set()
    assert await reading == [b"a", b"b", b"c"]
    assert {name.rsplit("_", 1)[0] for name in threads} == {"compute"}
    await busy
    executor.close()


def test_an_export_is_made_by_the_executor(monkeypatch):
    made = []
    stream = WorkExecutor.stream

    async def counted(self, pieces):
        async def all_of(stream):
            async for piece in stream:
                made.append(piece)
                yield piece

        return all_of(await stream(self, pieces))

    monkeypatch.setattr(WorkExecutor, "stream", counted)
    app = create_app(Settings(workers=1), Registry({"tiny": build_tiny}, "tiny"))
    with TestClient(app) as client:
        analysis = client.post("/api/v1/analyses", content=picture_bytes()).json()
        whole = client.get(f"/api/v1/analyses/{analysis['id']}/export?format=json")
    assert whole.content == b"".join(made)
    assert len(made) == 2 + len(analysis["layers"])
