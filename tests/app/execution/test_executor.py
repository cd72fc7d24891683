"""The door to engine work: bounded, timed, and stopped when nobody waits."""

import asyncio
import contextvars
import functools
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.analyses import store
from app.analyses.analysis import analyze
from app.analyses.store import AnalysisStore
from app.errors import ClientGone, Overloaded, TimeLimit, UnknownAnalysis
from app.execution.executor import WorkExecutor, while_connected
from app.http.application import create_app
from app.images import decoding
from app.images.decoding import Limits
from app.models.registry import Registry
from app.settings import Settings
from engine.network import Network
from tests.app.conftest import TestClient, build_tiny, decode, picture_bytes, run_coroutine

LIMITS = Limits(10**7, 10**7)


def run_async(coroutine_function):
    """Run an async test to its end."""

    @functools.wraps(coroutine_function)
    def test(*args, **kwargs):
        run_coroutine(coroutine_function(*args, **kwargs))

    return test


class Blocker:
    """Work that waits until it is let go, or until its check stops it."""

    def __init__(self):
        self.started, self.released = threading.Event(), threading.Event()
        self.stopped_by = None

    def __call__(self, check):
        self.started.set()
        while not self.released.wait(0.005):
            try:
                check()
            except Exception as error:
                self.stopped_by = error
                raise
        return "done"

    async def begun(self):
        await until(self.started.is_set)


async def in_new_context(run, work):
    """As another request would run it."""
    return await contextvars.Context().run(asyncio.create_task, run(work))


async def until(condition):
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.002)


@run_async
async def test_work_runs_off_the_event_loop():
    executor = WorkExecutor(1, 0, 5)
    assert await executor.run(lambda _: threading.current_thread()) is not threading.main_thread()
    executor.close()


@run_async
async def test_errors_come_through():
    executor = WorkExecutor(1, 0, 5)
    with pytest.raises(ZeroDivisionError):
        await executor.run(lambda _: 1 / 0)
    executor.close()


@run_async
async def test_a_full_queue_refuses_at_once_and_says_when_to_come_back():
    executor, first, second = WorkExecutor(1, 1, 5), Blocker(), Blocker()
    running = asyncio.create_task(executor.run(first))
    waiting = asyncio.create_task(executor.run(second))
    await first.begun()
    start = time.monotonic()
    with pytest.raises(Overloaded) as refusal:
        await executor.run(lambda _: None)
    assert time.monotonic() - start < 1  # the others are still blocked
    assert (refusal.value.limit, refusal.value.actual) == (2, 2)
    assert refusal.value.retry_after >= 1
    first.released.set()
    second.released.set()
    assert await asyncio.gather(running, waiting) == ["done", "done"]
    assert await executor.run(lambda _: "room again") == "room again"
    executor.close()


@run_async
async def test_what_holds_a_place_is_not_refused_halfway_and_has_only_one():
    executor, other = WorkExecutor(1, 1, 5), Blocker()
    with executor.place():
        assert await executor.run(lambda _: 1) == 1
        assert await executor.run(lambda _: 2) == 2
        running = asyncio.create_task(in_new_context(executor.run, other))
        await other.begun()
        with pytest.raises(Overloaded):
            executor.refuse_when_full()
        other.released.set()
        assert await executor.run(lambda _: 3) == 3
        await running
    executor.refuse_when_full()
    with executor.place(), pytest.raises(ZeroDivisionError):
        await executor.run(lambda _: 1 / 0)
    assert executor._pending == 0
    executor.close()


@run_async
async def test_a_stream_counts_while_a_piece_is_made():
    executor, work = WorkExecutor(1, 0, 5), Blocker()

    def pieces():
        yield b"first"
        work(lambda: None)
        yield b"second"

    stream = executor.stream(pieces())
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
    executor.close()


@run_async
async def test_the_time_limit_stops_the_work():
    executor, work = WorkExecutor(1, 0, 1), Blocker()
    running = asyncio.create_task(executor.run(work))
    await work.begun()
    with pytest.raises(TimeLimit) as refusal:
        await running
    assert refusal.value.limit == 1
    await until(lambda: work.stopped_by is not None)
    executor.close()


@run_async
async def test_work_that_never_checks_keeps_its_place_until_its_thread_is_free():
    executor, started, release = WorkExecutor(1, 0, 1), threading.Event(), threading.Event()

    def stubborn(_):
        started.set()
        release.wait(20)

    running = asyncio.create_task(executor.run(stubborn))
    await until(started.is_set)
    with pytest.raises(TimeLimit):
        await running
    with pytest.raises(Overloaded):
        await executor.run(lambda _: None)
    release.set()
    await until(lambda: executor._pending == 0)
    assert await executor.run(lambda _: 1) == 1
    executor.close()


@run_async
async def test_work_that_waited_too_long_is_never_begun():
    executor, release, ran = WorkExecutor(1, 5, 0.1), threading.Event(), []
    stubborn, late = executor.run(lambda _: release.wait(5)), executor.run(lambda _: ran.append(1))
    results = await asyncio.gather(stubborn, late, return_exceptions=True)
    release.set()
    assert [type(r) for r in results] == [TimeLimit, TimeLimit]
    await until(lambda: executor._pending == 0)
    assert ran == []
    executor.close()


@run_async
async def test_cancelled_work_stops_and_waiting_work_frees_its_place():
    executor, first = WorkExecutor(1, 1, 5), Blocker()
    running = asyncio.create_task(executor.run(first))
    await first.begun()
    waiting = asyncio.create_task(executor.run(Blocker()))
    await asyncio.sleep(0)
    waiting.cancel()
    await until(lambda: executor._pending == 1)
    running.cancel()
    await until(lambda: executor._pending == 0)
    assert isinstance(first.stopped_by, ClientGone)
    executor.close()


@run_async
async def test_work_is_dropped_when_the_client_goes_away():
    executor, work = WorkExecutor(1, 0, 5), Blocker()
    gone = asyncio.Event()

    async def receive():
        await gone.wait()
        return {"type": "http.disconnect"}

    request = asyncio.create_task(while_connected(receive, executor.run(work)))
    await work.begun()
    gone.set()
    with pytest.raises(ClientGone):
        await request
    await until(lambda: isinstance(work.stopped_by, ClientGone))
    executor.close()


@pytest.fixture
def held(monkeypatch):
    """Pictures of 1000 pixels are large, and of those the first is decoded until it is let go."""
    go_on, load, begun = Blocker(), decoding._load, []

    def slow(image, *options):
        if image.width * image.height >= 1000:
            begun.append(image.size)
            if len(begun) == 1:
                go_on(lambda: None)
        return load(image, *options)

    monkeypatch.setattr(decoding, "_LARGE", 1000)
    monkeypatch.setattr(decoding, "_load", slow)
    yield go_on
    go_on.released.set()


def decoding_of(width, height):
    data, limits = picture_bytes((width, height)), Limits(10**6, 2000)
    return lambda _: decode(data, limits).width


@run_async
async def test_a_large_picture_that_waits_for_its_turn_holds_no_thread(held):
    executor = WorkExecutor(2, 10, 60)
    first = asyncio.create_task(executor.run(decoding_of(40, 40)))
    await held.begun()
    others = [asyncio.create_task(executor.run(decoding_of(50 - i, 40))) for i in range(3)]
    assert await asyncio.wait_for(executor.run(decoding_of(8, 8)), 20) == 8
    assert executor.pending == 4
    assert not any(task.done() for task in others)
    held.released.set()
    assert await asyncio.gather(first, *others) == [40, 50, 49, 48]
    await until(lambda: executor.pending == 0)


@run_async
async def test_a_large_picture_that_waits_has_a_time_limit_and_then_no_place(held):
    executor = WorkExecutor(2, 10, 60)
    first = asyncio.create_task(executor.run(decoding_of(40, 40)))
    await held.begun()
    with pytest.raises(TimeLimit):
        await executor.run(decoding_of(50, 40), time_limit=0.1)
    held.released.set()
    assert await first == 40
    await until(lambda: executor.pending == 0)


@run_async
async def test_a_large_picture_that_waits_is_dropped_when_nothing_more_is_accepted(held):
    executor = WorkExecutor(2, 10, 60)
    first = asyncio.create_task(executor.run(decoding_of(40, 40)))
    await held.begun()
    waiting = asyncio.create_task(executor.run(decoding_of(50, 40)))
    assert await executor.run(decoding_of(8, 8)) == 8
    executor.close()
    held.released.set()
    assert await first == 40
    with pytest.raises(asyncio.CancelledError):
        await waiting


@run_async
async def test_the_same_photo_asked_twice_at_once_is_computed_once(tiny, monkeypatch):
    executor, runs = WorkExecutor(2, 10, 5), []

    def counted(*args):
        runs.append(1)
        time.sleep(0.05)
        return analyze(*args)

    monkeypatch.setattr("app.analyses.store.analyze", counted)
    analyses = AnalysisStore(executor, LIMITS, 10**7)
    both = await asyncio.gather(*(analyses.make("tiny", tiny, picture_bytes()) for _ in range(5)))
    assert all(one is both[0] for one in both)
    assert await analyses.make("tiny", tiny, picture_bytes()) is both[0]
    assert analyses.get(both[0].id) is both[0]
    assert len(runs) == 1
    executor.close()


@run_async
async def test_a_shared_run_goes_on_while_anyone_waits_and_stops_with_the_last(tiny, monkeypatch):
    executor, work = WorkExecutor(1, 10, 5), Blocker()
    monkeypatch.setattr("app.analyses.store.analyze", lambda *args: work(args[4]))
    analyses = AnalysisStore(executor, LIMITS, 10**7)
    first, second = (
        asyncio.create_task(analyses.make("tiny", tiny, picture_bytes())) for _ in range(2)
    )
    await work.begun()
    await until(lambda: next(iter(analyses.cache._flights.values())).waiting == 2)
    first.cancel()
    await asyncio.sleep(0.02)
    assert work.stopped_by is None
    second.cancel()
    await until(lambda: isinstance(work.stopped_by, ClientGone))
    assert analyses.cache._flights == {}
    executor.close()


@run_async
async def test_an_error_reaches_everyone_who_waits_and_is_not_remembered(tiny):
    executor = WorkExecutor(1, 10, 5)
    analyses = AnalysisStore(executor, LIMITS, 10**7)
    results = await asyncio.gather(
        *(analyses.make("tiny", tiny, b"rubbish") for _ in range(3)), return_exceptions=True
    )
    assert {type(r).__name__ for r in results} == {"NotAPicture"}
    assert analyses.cache._flights == {}
    executor.close()


@run_async
async def test_an_analysis_larger_than_the_cache_is_given_but_not_kept(tiny):
    executor = WorkExecutor(1, 10, 5)
    analyses = AnalysisStore(executor, LIMITS, max_bytes=10)
    done = await analyses.make("tiny", tiny, picture_bytes())
    assert done.predictions
    with pytest.raises(UnknownAnalysis, match="upload the photo again"):
        analyses.get(done.id)
    executor.close()


@run_async
async def test_what_many_ask_for_is_nobody_s_own_and_takes_no_more_memory(tiny):
    executor = WorkExecutor(1, 10, 5)
    analyses = AnalysisStore(executor, LIMITS, 10**7)
    for number in range(1000):
        done = await analyses.make("tiny", tiny, picture_bytes(), owner=f"owner {number}")
    assert sum(map(len, analyses._makers.values())) <= 100
    for number in range(1000):
        assert analyses.forget_of(f"owner {number}") == set()
    assert analyses.get(done.id) is done
    executor.close()


def slow_forward(seconds):
    """A stand-in for a network that takes its time, layer by layer."""

    def forward(self, x, *, train=False, check=None):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            check()
            time.sleep(0.005)
        raise AssertionError("it was never stopped")

    return forward


def test_over_http_a_full_queue_is_a_503_with_retry_after(registry, monkeypatch):
    started, release = threading.Event(), threading.Event()
    forward = Network.forward

    def held(*args, **options):
        started.set()
        assert release.wait(20)
        return forward(*args, **options)

    monkeypatch.setattr("engine.network.Network.forward", held)
    settings = Settings(workers=1, max_queue_size=0, time_limit=30)
    with TestClient(create_app(settings, registry)) as client, ThreadPoolExecutor(1) as pool:
        first = pool.submit(client.post, "/api/v1/predict", content=picture_bytes())
        assert started.wait(20)
        answer = client.post("/api/v1/predict", content=picture_bytes(seed=1))
        release.set()
        assert first.result().status_code == 200
    assert answer.status_code == 503
    assert answer.json()["type"] == "/errors/busy"
    assert int(answer.headers["retry-after"]) >= 1


def test_over_http_the_time_limit_is_a_503(registry, monkeypatch):
    monkeypatch.setattr("engine.network.Network.forward", slow_forward(5))
    with TestClient(create_app(Settings(workers=1, time_limit=0.2), registry)) as client:
        start = time.monotonic()
        answer = client.post("/api/v1/analyses", content=picture_bytes())
        assert time.monotonic() - start < 4
    assert answer.status_code == 503
    assert answer.json()["type"] == "/errors/time-limit"
    assert answer.json()["limit"] == 0.2


@run_async
async def test_the_pieces_of_an_answer_are_made_on_the_threads_and_wait_their_turn_though_the_queue_is_full():
    executor = WorkExecutor(workers=1, queue_size=0, time_limit=20)
    blocker = Blocker()
    threads = []

    def pieces():
        for piece in (b"a", b"b", b"c"):
            threads.append(threading.current_thread().name)
            yield piece

    async def read():
        return [piece async for piece in executor.stream(pieces())]

    busy = asyncio.create_task(executor.run(blocker))
    await asyncio.to_thread(blocker.started.wait, 20)
    with pytest.raises(Overloaded):
        await executor.run(lambda _: None)
    reading = asyncio.create_task(read())
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
        async for piece in stream(self, pieces):
            made.append(piece)
            yield piece

    monkeypatch.setattr(WorkExecutor, "stream", counted)
    app = create_app(Settings(workers=1), Registry({"tiny": build_tiny}, "tiny"))
    with TestClient(app) as client:
        analysis = client.post("/api/v1/analyses", content=picture_bytes()).json()
        whole = client.get(f"/api/v1/analyses/{analysis['id']}/export?format=json")
    assert whole.content == b"".join(made)
    assert len(made) == 2 + len(analysis["layers"])


def test_no_more_than_two_photos_are_hashed_at_once(monkeypatch):
    hashing, most = [], []
    content_id = store.content_id

    def slowly(*args):
        hashing.append(args)
        most.append(len(hashing))
        time.sleep(0.01)  # so that others would come
        hashing.pop()
        return content_id(*args)

    monkeypatch.setattr(store, "content_id", slowly)

    @run_async
    async def make_all():
        executor = WorkExecutor(2, 100, 20)
        analyses = AnalysisStore(executor, LIMITS, 10**7)
        network = build_tiny().freeze()
        photos = [picture_bytes((8 + i, 8)) for i in range(12)]
        made = await asyncio.gather(*(analyses.make("tiny", network, data) for data in photos))
        assert len({done.id for done in made}) == 12
        executor.close()

    make_all()
    assert max(most) <= 2
