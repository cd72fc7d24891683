"""Commands for one training that come at the same time. Its processes are only played here: each is
held or let go as a test wants it.
"""

import asyncio
import threading
from types import SimpleNamespace

import pytest

from app.errors import Overloaded, UnknownTraining
from app.execution.executor import WorkExecutor
from app.images.decoding import Limits
from app.learning.datasets.store import Bounds, Datasets
from app.learning.runs import manager as module
from app.learning.runs.directory import RunDirectory
from app.learning.runs.manager import TrainingManager
from app.learning.runs.room import TrainingBounds
from engine.formats.safetensors import write_atomically
from tests.app.conftest import run_coroutine
from tests.app.learning.runs.test_full_disk import SPEC


class PlayedProcess:
    """Answers a command when it is told to, or at once."""

    def __init__(self, handle_message, on_exit):
        self.is_ending, self.exit_code = False, None
        self.commands = []
        self.is_quick = True
        self.may_end, self.ends = asyncio.Event(), asyncio.Event()
        self.may_end.set()
        self._handle_message, self._on_exit = handle_message, on_exit
        self._answers = []
        self._end = None

    async def say(self, status, answered):
        await self._handle_message(
            {"event": "state", "status": status, "problem": None, "answered": answered}
        )

    def send(self, command, number, **_):
        self.commands.append(command)
        if self.is_quick:
            status = {"resume": "running", "pause": "paused", "step": "paused", "stop": "stopped"}
            self._answers.append(asyncio.create_task(self.say(status[command], number)))

    async def end(self):
        self.is_ending = True
        self.ends.set()
        self._end = self._end or asyncio.create_task(self._exit())
        await self._end

    async def _exit(self):
        await self.may_end.wait()
        await asyncio.gather(*self._answers)
        await self._on_exit(self)

    async def be_killed(self):
        self.exit_code = -9
        await self._on_exit(self)


class Played:
    """A manager, and the processes that it has started."""

    def __init__(self, folder, alive=1):
        executor = WorkExecutor(1, 4, 60)
        datasets = Datasets(folder, Limits(10**6, 10**6), Bounds(4, 10**8, 60))
        bounds = TrainingBounds(alive=alive, kept=10, memory=2**31, seconds=60)
        self.manager = TrainingManager(folder, datasets, executor, bounds)
        self.started = []
        self.held = None  # an event that a process's start waits for

    async def start(self, folder, handle_message, on_exit):
        process = PlayedProcess(handle_message, on_exit)
        self.started.append(process)
        if self.held is not None:
            await self.held.wait()
        task = process.say("paused", 0)
        process._answers.append(asyncio.create_task(task))
        return process

    async def paused(self):
        """A training that is paused, with a process."""
        run = await self.manager.create(SPEC, "", paused=True, speed=None)
        await run.until(lambda: run.status == "paused", 10)
        return run

    async def resting(self):
        """One that has none."""
        run = await self.paused()
        await run.process.end()
        assert run.process is None
        return run


@pytest.fixture
def play(tmp_path, monkeypatch):
    """Runs an ``async`` test with a Played."""
    monkeypatch.setattr(module, "_ANSWER", 1)

    def play(story, **options):
        played = Played(tmp_path, **options)
        monkeypatch.setattr(module, "Process", SimpleNamespace(start=played.start))
        run_coroutine(story(played))

    return play


async def soon():
    """Let everything go on that waits for nothing but its turn, threads too."""
    for _ in range(20):
        await asyncio.sleep(0)
        await asyncio.to_thread(lambda: None)


@pytest.mark.parametrize("second", ["resume", "step", "reset"])
def test_two_commands_at_once_start_one_process(play, second):
    async def story(played):
        run = await played.resting()
        played.held = asyncio.Event()
        options = {"resume": [None], "step": [1], "reset": []}[second]
        both = asyncio.gather(
            getattr(played.manager, second)(run, *options),
            played.manager.resume(run, None),
        )
        await soon()
        played.held.set()
        await both
        assert played.started[1:] == [run.process]

    play(story)


def test_what_is_deleted_is_not_resumed_and_leaves_nothing(play, tmp_path):
    async def story(played):
        run = await played.resting()
        played.held = asyncio.Event()
        resumed = asyncio.create_task(played.manager.resume(run, None))
        await soon()
        deleted = asyncio.create_task(played.manager.delete(run))
        late = asyncio.create_task(played.manager.resume(run, None))
        await soon()
        played.held.set()
        await deleted
        with pytest.raises(UnknownTraining):
            await late
        with pytest.raises(UnknownTraining):
            await played.manager.reset(run)
        await asyncio.gather(resumed, return_exceptions=True)
        assert all(process.is_ending for process in played.started)
        assert list((tmp_path / "runs").iterdir()) == []

    play(story)


def test_a_killed_process_is_not_replaced_in_a_training_that_is_deleted(play, tmp_path):
    async def story(played):
        run = await played.paused()
        played.held = asyncio.Event()
        killed = asyncio.create_task(run.process.be_killed())
        await soon()  # its successor is being started
        deleted = asyncio.create_task(played.manager.delete(run))
        await soon()
        played.held.set()
        await asyncio.gather(killed, deleted)
        assert all(process.is_ending for process in played.started[1:])
        assert list((tmp_path / "runs").iterdir()) == []

    play(story)


def test_one_that_has_been_told_to_go_on_makes_no_room(play):
    async def story(played):
        run = await played.paused()
        process = run.process
        process.is_quick = False  # the command is under way
        resumed = asyncio.create_task(played.manager.resume(run, None))
        await soon()
        with pytest.raises(Overloaded):
            await played.manager.create(SPEC, "", paused=False, speed=None)
        await process.say("running", 1)
        await resumed
        assert (run.process, run.status) == (process, "running")

    play(story)


def test_a_training_whose_process_is_ended_as_it_begins_to_learn_is_paused(play, tmp_path):
    async def story(played):
        run = await played.paused()
        process = run.process
        process.may_end.clear()
        ending = asyncio.create_task(process.end())
        await process.say("running", 1)
        process.may_end.set()
        await ending
        assert (run.process, run.status) == (None, "paused")
        assert run.files.read_about()["status"] == "paused"
        await played.manager.resume(run, None)
        assert run.status == "running"
        # But at the server's end it is to go on with the next one.
        await played.manager.close()
        assert run.files.read_about()["status"] == "running"

    play(story)


@pytest.mark.parametrize("command", ["resume", "stop"])
def test_a_command_for_a_process_that_is_ending_is_not_lost(play, command):
    async def story(played):
        run = await played.paused()
        first = run.process
        first.may_end.clear()
        other = asyncio.create_task(played.manager.create(SPEC, "", paused=True, speed=None))
        await asyncio.wait_for(first.ends.wait(), 10)  # it makes room
        options = {"resume": [None], "stop": []}[command]
        told = asyncio.create_task(getattr(played.manager, command)(run, *options))
        await soon()
        first.may_end.set()
        await asyncio.gather(other, told)
        assert first.commands == []
        assert run.status == {"resume": "running", "stop": "stopped"}[command]

    play(story)


def test_what_is_said_last_of_a_training_is_what_is_kept(play, monkeypatch):
    async def story(played):
        run = await played.paused()
        begun, go_on = threading.Event(), threading.Event()
        really = RunDirectory.write_about

        def slow(files, about):
            if not begun.is_set():
                begun.set()
                go_on.wait(10)
            really(files, about)

        monkeypatch.setattr(RunDirectory, "write_about", slow)
        first = asyncio.create_task(played.manager.rename(run, "First"))
        await asyncio.to_thread(begun.wait, 10)
        second = asyncio.create_task(played.manager.rename(run, "Second"))
        await soon()
        go_on.set()
        await asyncio.gather(first, second)
        assert run.files.read_about()["name"] == "Second"

    play(story)


def test_two_threads_write_one_file(tmp_path, monkeypatch):
    """Each meets the other amid its file."""
    path, both, failures = tmp_path / "file", threading.Barrier(2, timeout=10), []
    monkeypatch.setattr("os.fsync", lambda _: both.wait())

    def write(data):
        try:
            write_atomically(path, data)
        except OSError as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(letter * 9,)) for letter in (b"a", b"b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert path.read_bytes() in (b"a" * 9, b"b" * 9)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("how", ["deleted", "taken back"])
def test_whoever_follows_a_training_is_told_no_more_once_it_is_gone(play, how):
    async def story(played):
        run = await played.paused()
        is_lent = True
        stream = run.events(0, played.manager.closing, lambda: is_lent)
        assert (await anext(stream))[0] == "state"
        ended = asyncio.create_task(anext(stream, "the end"))
        await soon()
        is_lent = False
        if how == "deleted":
            await played.manager.delete(run)
        else:
            run.notify()
        assert await asyncio.wait_for(ended, 10) == "the end"

    play(story)
