"""Processes that compute a network together: each does its share of every layer, on values that lie in memory which all of them see.

Threads of one interpreter are no help to a small layer. NumPy lets go of the interpreter while it works, but a call of less than 0.1 ms is
over before the other thread has woken up to take it. A process has an interpreter of its own
(docs/decisions/0005-a-second-process.md).

All of them walk through the same nodes. What ``engine.kernels.parallel`` shares out, each does its part of and then waits for the
others; it lies in ``memory.common``. Everything else each computes for itself, which is as quick as being told.

The others are forked from the process that leads: so they have the network and all that kernels made of its weights, at no cost in time or
memory. They are made when a network that no longer learns is run for the second time, sleep between its runs, and go when it goes, or
after a minute without work. Whatever becomes of them, the run comes to its end: without them, if need be.

Waiting is done by looking again and again, as waking up a process would take longer than most layers. That is right while every
process has a processor of its own; when others want them, the leader notices how long it waits, and works alone for some seconds.
"""

from __future__ import annotations

import gc
import mmap
import os
import platform
import signal
import sys
import threading
import warnings
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise
from math import inf
from time import monotonic, perf_counter, sleep
from typing import Any, Protocol, TypeVar

import numpy as np

from engine.kernels import memory, parallel
from engine.kernels.stretches import NoRoom, Stretch, Stretches
from engine.ops.layout import copy_maps, from_memory, in_memory
from engine.types import Array

LEAST_WORK = 10_000_000  # multiply-adds of a run; less is over before the others are awake
MOST_MEMBERS = 8  # more wait for each other longer than they compute
MOST_CREWS = 2  # networks that have one; the one that was used least recently loses its own
IDLE = 60.0  # seconds without work until a crew goes home
AT_HAND = 1.0  # seconds after its last run in which a crew makes room for no other
PATIENCE = 2.0  # seconds to wait for somebody at the same layer, who then is taken to be lost
REST = 5.0  # seconds to work alone when the processors are busy otherwise
WAITED = 0.4  # of a run's time spent waiting shows that they are …
MOST_LATE = 3  # … if it happens so many times on end; once may be chance
LOOKS = 2_000  # before others are let on the processor
APART = 8  # numbers of 8 bytes: every process writes to a cache line of its own
LAST = (1 << 20) - 1  # the end of a run's turns; none has so many layers

# Stores are seen by all in their order, which nothing in Python could ask for; and files without a name exist.
POSSIBLE = sys.platform == "linux" and platform.machine() in ("x86_64", "AMD64")

Values = dict[str, Array]
Made = TypeVar("Made")
Check = Callable[[], None] | None
Work = Callable[[Values, Check], Made]


class Runs(Protocol):
    """A network, as far as this module knows of one."""

    @property
    def settled(self) -> bool: ...
    @property
    def multiply_adds(self) -> int: ...


class Lost(Exception):
    """Somebody of the crew is not there any more."""


class _Stopped(Exception):
    """The leader has given up this run."""


class _Measure:
    """How much common memory a run takes."""

    def __init__(self) -> None:
        self.bytes = 0

    def lend(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
        """An array, counted."""
        array = memory.empty(shape, dtype)
        self.bytes += memory.aligned(array.nbytes)
        return array


class Crew:
    """The processes of one network and inputs of one shape."""

    def __init__(self, size: int, inputs: Values, work: Work[Any]) -> None:
        """``size`` is how many bytes of common memory a run takes, ``inputs`` like those that it will get."""
        self.rank, self.size = 0, min(parallel.WORKERS, MOST_MEMBERS)
        self.lock = threading.Lock()
        self._inputs = [(name, in_memory(x).shape, x.dtype) for name, x in inputs.items()]
        room = size + sum(memory.aligned(x.nbytes) for x in inputs.values())
        self._ground = Stretches(room)
        # Of each process how far it is; then the number of the run, of its stretch, and the processor of the leader.
        self._page = mmap.mmap(-1, mmap.PAGESIZE)
        self._cells = memoryview(self._page).cast("q")
        self._order = self.size * APART
        self._turn = 0
        self._runs = 0
        self._waited = 0.0
        self._is_lost = False
        self._others = [rank * APART for rank in range(1, self.size)]
        self._leader = os.getpid()
        self._pids: list[int] = []
        self._calls: list[int] = []
        try:
            for rank in range(1, self.size):
                self._fork(rank, work)
        except OSError:
            self.close()
            raise

    def _fork(self, rank: int, work: Work[Any]) -> None:
        listens, calls = os.pipe()  # nobody else has the end that calls: it closes with the leader
        self._calls.append(calls)
        try:
            pid = _fork_quietly()
            if pid == 0:
                try:
                    self._follow(rank, listens, work)
                finally:
                    os._exit(0)
            self._pids.append(pid)
        finally:
            os.close(listens)

    def _follow(self, rank: int, listens: int, work: Work[Any]) -> None:
        """What the others do all their life."""
        _leave_the_leaders_alone(keep={listens, self._ground.file})
        self.rank = rank
        self._others = [other * APART for other in range(self.size) if other != rank]
        processors, avoided = os.sched_getaffinity(0), -1
        while os.read(listens, 1):
            run, number, processor = self._cells[self._order : self._order + 3]
            if processor != avoided:
                avoided = processor
                parallel.keep_off(processor, processors, [0])
            with self._together(run, self._ground.seen(number)):
                try:
                    values = self._taken()
                    self.meet()  # now they are filled
                    work(values, None)
                    self.meet()
                except _Stopped:
                    self._turn |= LAST
                    self._cells[self.rank * APART] = self._turn

    def run(self, inputs: Values, work: Work[Made], check: Check) -> Made:
        """Compute a run with the others. Raises Lost when one of them does not come along, and what ``work`` raises."""
        if self._is_lost:
            raise Lost("somebody did not come along in the run before")
        try:
            number, stretch = self._ground.lend()
        except OSError as error:
            raise Lost("there is no room for the values") from error
        self._runs += 1
        self._waited = 0.0
        with self._together(self._runs, stretch):
            ours = (self._runs, number, parallel.processor())
            for place, order in enumerate(ours, self._order):
                self._cells[place] = order
            try:
                for call in self._calls:
                    os.write(call, b"!")
            except OSError:
                raise Lost("somebody has gone") from None
            try:
                values = self._taken()
                for name, value in values.items():  # while the others wake up
                    copy_maps(value, inputs[name])
                self.meet()
                made = work(values, check)
                self.meet()
            except NoRoom as error:
                raise Lost(str(error)) from None
            except Lost:
                raise
            except BaseException:
                self._stop()
                raise
        return made

    def _stop(self) -> None:
        """Give up this run; the others stop at the next layer, and write to its memory no more."""
        self._turn |= LAST
        try:
            self._arrive()
        except Lost:
            self._is_lost = True

    @property
    def waited(self) -> float:
        """Seconds of the last run that went by in waiting."""
        return self._waited

    def _taken(self) -> Values:
        """The inputs, where all see them; to be filled by the leader."""
        return {
            name: from_memory(memory.common(shape, dtype)) for name, shape, dtype in self._inputs
        }

    @contextmanager
    def _together(self, run: int, stretch: Stretch) -> Iterator[None]:
        # Nobody is taken to be here who is still where he was in the run before.
        self._turn = run * (LAST + 1)
        with memory.on(stretch.lend), parallel.together(self):
            yield

    def meet(self) -> None:
        """Wait until all are here."""
        self._turn += 1
        self._arrive()
        if self._cells[0] & LAST == LAST:
            raise _Stopped

    def _arrive(self) -> None:
        self._cells[self.rank * APART] = self._turn
        for place in self._others:
            looks = 0
            while self._cells[place] < self._turn:
                looks += 1
                if looks > LOOKS:
                    self._wait(place)

    def _wait(self, place: int) -> None:
        """For longer, with an eye on whether it makes sense."""
        start = perf_counter()
        while self._cells[place] < self._turn:
            os.sched_yield()
            if perf_counter() - start > PATIENCE or self._is_broken():
                raise Lost("somebody does not come along")
        self._waited += perf_counter() - start

    def _is_broken(self) -> bool:
        if self.rank:
            return os.getppid() != self._leader
        try:
            gone = [pid for pid in self._pids if os.waitpid(pid, os.WNOHANG)[0]]
        except ChildProcessError:  # somebody else has heard of its end
            return True
        self._pids = [pid for pid in self._pids if pid not in gone]
        return bool(gone)

    def close(self) -> None:
        """Send the others home. What was computed stays."""
        if os.getpid() != self._leader:
            return
        for pid in self._pids:
            with suppress(ChildProcessError):  # somebody else has heard of its end
                if not os.waitpid(pid, os.WNOHANG)[0]:
                    os.kill(pid, signal.SIGKILL)
                    os.waitpid(pid, 0)
        self._let_go()
        self._ground.close()
        self._pids = []

    def forsake(self) -> None:
        """What a process does that has a crew because it was forked by its leader."""
        self._let_go()
        os.close(self._ground.file)

    def _let_go(self) -> None:
        for call in self._calls:
            os.close(call)
        self._calls = []


def _fork_quietly() -> int:
    if sys.version_info >= (3, 12):
        with warnings.catch_warnings():
            # Of threads that a child does not have: nothing that it does waits for one.
            warnings.simplefilter("ignore", DeprecationWarning)
            return os.fork()
    return os.fork()


def _leave_the_leaders_alone(keep: set[int]) -> None:
    """A child has all that its parent has open, and answers the same signals. None of it is its business."""
    gc.disable()  # what it would go through is shared until it is written to
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # it ends with its leader, whose pipe then closes
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nothing, standard)
    edges = [2, *sorted(keep), os.sysconf("SC_OPEN_MAX")]
    for low, high in pairwise(edges):
        os.closerange(low + 1, high)


class _Known:
    """What is known of a network: how much common memory a run takes, by the shape of its inputs, and its crew."""

    def __init__(self) -> None:
        self.bytes: dict[object, int] = {}
        self.crew: Crew | None = None
        self.shape: object = None  # of the crew's inputs
        self.run = self.used = -inf  # when the network ran last, and when its crew did
        self.alone_until = 0.0
        self.late = 0  # runs on end in which most of the time went by in waiting

    def dismiss(self) -> None:
        """Send the crew home, if there is one."""
        crew, self.crew = self.crew, None
        if crew is not None:
            crew.close()


_known: weakref.WeakKeyDictionary[Runs, _Known] = weakref.WeakKeyDictionary()
_door = threading.Lock()
_is_watched = False  # whether somebody looks after those who have nothing to do


def _forget() -> None:
    """In a process that was forked, by whomever: the crews are another's, and so were the locks."""
    global _known, _door, _is_watched
    for known in list(_known.values()):
        crew, known.crew = known.crew, None
        if crew is not None:
            crew.forsake()
    _known, _door, _is_watched = weakref.WeakKeyDictionary(), threading.Lock(), False


if POSSIBLE:
    os.register_at_fork(after_in_child=_forget)


def run(network: Runs, inputs: Values, work: Work[Made], check: Check = None) -> Made:
    """``work(inputs, check)``, computed by a process on each processor where that is quicker, and the same to the last bit.

    ``work`` computes a run of the network. It must depend on nothing that changes later, as the others have it from today.
    """
    if not _is_worth_it(network, inputs):
        return work(inputs, check)
    shape: object = tuple((name, x.shape, x.dtype.char) for name, x in inputs.items())
    with _door:
        known = _known.get(network) or _get_to_know(network)
        crew = _crew_of(known, shape, inputs, work)
        ours = crew is not None and crew.lock.acquire(blocking=False)
    if crew is None or not ours:  # or it is at work on another run
        measure = _Measure()
        with memory.on(measure.lend):
            made = work(inputs, check)
        known.bytes[shape] = measure.bytes
        return made
    start = known.used = monotonic()
    try:
        made = crew.run(inputs, work, check)
    except Lost:
        with _door:
            known.dismiss()
        known.alone_until = monotonic() + REST
        return work(inputs, check)
    finally:
        crew.lock.release()
    known.late = known.late + 1 if crew.waited > WAITED * (monotonic() - start) else 0
    if known.late == MOST_LATE:
        known.alone_until, known.late = monotonic() + REST, 0
    return made


def _is_worth_it(network: Runs, inputs: Values) -> bool:
    if not POSSIBLE or parallel.WORKERS == 1 or os.environ.get("CONVSCOPE_CREW") == "off":
        return False
    pictures = len(next(iter(inputs.values()), ()))
    work = network.multiply_adds * pictures
    return work >= LEAST_WORK and network.settled and not parallel.is_busy()


def _get_to_know(network: Runs) -> _Known:
    known = _known[network] = _Known()
    weakref.finalize(network, known.dismiss)
    return known


def _crew_of(known: _Known, shape: object, inputs: Values, work: Work[Any]) -> Crew | None:
    """The network's crew for such inputs, made now if they came before; None while it works alone."""
    now = monotonic()
    was_idle, known.run = now > known.run + IDLE, now
    if was_idle or now < known.alone_until or shape not in known.bytes:
        return None
    if known.crew is None or known.shape != shape:
        others = [other for other in _known.values() if other.crew and other is not known]
        least_used = sorted(others, key=lambda other: other.used)
        for one in (known, *least_used[: max(0, len(others) - MOST_CREWS + 1)]):
            if not _dismissed(one):
                return None
        try:
            known.crew, known.shape = Crew(known.bytes[shape], inputs, work), shape
        except OSError:  # no more processes, files or memory to be had
            known.alone_until = now + IDLE
        else:
            _watch()
    return known.crew


def _dismissed(known: _Known) -> bool:
    """Whether it has no crew any more; one that is at work, or was just now, is not disturbed."""
    crew = known.crew
    if crew is None:
        return True
    if monotonic() < known.used + AT_HAND or not crew.lock.acquire(blocking=False):
        return False
    known.dismiss()
    crew.lock.release()
    return True


def _watch() -> None:
    """See to it that crews without work go home."""
    global _is_watched
    if not _is_watched:
        _is_watched = True
        threading.Thread(target=_look_after_the_idle, name="crews", daemon=True).start()


def _look_after_the_idle() -> None:
    while _dismiss_the_idle():
        sleep(IDLE / 4)


def _dismiss_the_idle() -> bool:
    """Whether there is anybody left."""
    global _is_watched
    with _door:
        have = [known for known in _known.values() if known.crew is not None]
        for known in have:
            if monotonic() > known.used + IDLE:
                _dismissed(known)
        _is_watched = any(known.crew is not None for known in have)
        return _is_watched
