"""Reads mutilated ONNX files: does any of them bring the reader down, slow it down, or make it
grow.

    python -m benchmarks.reliability.models [--count 5000] [--first 0]

Each has to be a network, which then runs on a picture, or to be refused with FormatError, within
five seconds of a processor. They are read in a process of its own, so that one which crashes or
hangs is known by its number.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import time
from collections import Counter
from multiprocessing.connection import Connection
from typing import NamedTuple

import numpy as np

from benchmarks.reliability.model_mutations import mutant, seeds
from benchmarks.reliability.server import quantile, row
from engine.cost import cost
from engine.errors import FormatError
from engine.formats.onnx import from_onnx

PATIENCE = 5.0  # seconds
LIGHT = 10**9  # multiply-adds: what is run as well


class Outcome(NamedTuple):
    """What became of a mutant: "loaded", "ran", the name of the error that refused it, or what is
    wrong. Processor seconds of reading.
    """

    what: str
    seconds: float
    peak_mb: float
    wrong: str = ""


def outcome(data: bytes) -> Outcome:
    """Read a mutant and, if it is a network, run it."""
    start = time.process_time()
    what, wrong, network = "loaded", "", None
    try:
        network = from_onnx(data)
    except FormatError as error:
        what = type(error).__name__
    except Exception as error:
        what, wrong = "WRONG", repr(error)
    seconds = time.process_time() - start
    if network is not None and cost(network).multiply_adds < LIGHT:
        inputs = {name: np.zeros((1, *shape), np.float32) for name, shape in network.inputs.items()}
        try:
            with np.errstate(all="ignore"):
                network.forward(inputs)
            what = "ran"
        except Exception as error:
            what, wrong = "WRONG", f"loaded, and does not run: {error!r}"
    return Outcome(what, seconds, _peak(), wrong)


def _peak() -> float:
    """The most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _work(pipe: Connection) -> None:
    while True:
        pipe.send(outcome(pipe.recv_bytes()))


class Reader:
    """A process that reads one mutant after the other, and is replaced when it has ended or does
    not answer in time.
    """

    def __init__(self) -> None:
        self._fresh = multiprocessing.get_context("spawn")
        self._start()

    def _start(self) -> None:
        self._pipe, theirs = self._fresh.Pipe()
        self._process = self._fresh.Process(target=_work, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        self.read(seeds()[0][1], patience=60)  # everything is imported

    def read(self, data: bytes, patience: float = 6 * PATIENCE) -> Outcome:
        """``patience`` is in seconds by the clock, on a machine that may have other things to
        do.
        """
        self._pipe.send_bytes(data)
        wrong = "no answer"
        try:
            if self._pipe.poll(patience):
                answer: Outcome = self._pipe.recv()
                return answer
        except (EOFError, ConnectionError):
            wrong = "the process ended"
        self.stop()
        self._start()
        return Outcome("WRONG", patience, 0, wrong)

    def stop(self) -> None:
        self._process.kill()
        self._process.join()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=5_000)
    parser.add_argument("--first", type=int, default=0, help="number of the first mutant")
    chosen = parser.parse_args()
    reader = Reader()
    before = reader.read(seeds()[0][1]).peak_mb
    numbers = range(chosen.first, chosen.first + chosen.count)
    done = {number: reader.read(mutant(number)[1]) for number in numbers}
    reader.stop()
    times = [one.seconds for one in done.values()]
    slowest = max(done, key=lambda number: done[number].seconds)
    row("mutants", f"{len(done):,}")
    for what, count in Counter(one.what for one in done.values()).most_common():
        row(what, f"{count:,}", "0" if what == "WRONG" else "")
    row("p50, p99", f"{1e3 * quantile(times, 0.5):.1f}, {1e3 * quantile(times, 0.99):.1f} ms")
    row("slowest", f"{1e3 * done[slowest].seconds:.0f} ms", f"< {PATIENCE:.0f} s")
    row("", f"{slowest}: {mutant(slowest)[0]}")
    row("memory before, most", f"{before:.0f}, {max(one.peak_mb for one in done.values()):.0f} MB")
    for number, one in done.items():
        if one.wrong:
            row(f"WRONG {number}", f"{mutant(number)[0]}: {one.wrong}")


if __name__ == "__main__":
    main()
