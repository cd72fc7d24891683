"""Reads mutilated ONNX files: does any of them bring the reader down, slow it down, or make it grow.

    python -m benchmarks.reliability.models [--count 5000] [--first 0]

Each has to be a network, which then runs on a picture, or to be refused with FormatError, within five seconds. They are read in a
process of its own, so that one which crashes or hangs is known by its number.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import time
from collections import Counter
from collections.abc import Iterator
from multiprocessing.connection import Connection
from typing import NamedTuple

import numpy as np

from benchmarks.reliability.model_mutations import mutant
from benchmarks.reliability.server import quantile, row
from engine.cost import cost
from engine.errors import FormatError
from engine.formats.onnx import from_onnx

PATIENCE = 5.0  # seconds
LIGHT = 10**9  # multiply-adds: what is run as well


class Outcome(NamedTuple):
    """What became of a mutant: "loaded", "ran", the name of the error that refused it, or what is wrong. Seconds of reading."""

    number: int
    what: str
    seconds: float
    peak_mb: float
    wrong: str = ""


def outcome(number: int) -> Outcome:
    """Read one mutant and, if it is a network, run it."""
    _, data = mutant(number)
    start = time.perf_counter()
    what, wrong, network = "loaded", "", None
    try:
        network = from_onnx(data)
    except FormatError as error:
        what = type(error).__name__
    except Exception as error:
        what, wrong = "WRONG", repr(error)
    seconds = time.perf_counter() - start
    if network is not None and cost(network).multiply_adds < LIGHT:
        try:
            with np.errstate(all="ignore"):
                network.forward(
                    {
                        name: np.zeros((1, *shape), np.float32)
                        for name, shape in network.inputs.items()
                    }
                )
            what = "ran"
        except Exception as error:
            what, wrong = "WRONG", f"loaded, and does not run: {error!r}"
    return Outcome(number, what, seconds, _peak(), wrong)


def _peak() -> float:
    """The most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _work(numbers: range, answers: Connection) -> None:
    for number in numbers:
        answers.send(outcome(number))


def outcomes(numbers: range) -> Iterator[Outcome]:
    """All of them, in order; a process that ends or does not answer in time is replaced by the next."""
    fresh = multiprocessing.get_context("spawn")
    while numbers:
        answers, theirs = fresh.Pipe(duplex=False)
        process = fresh.Process(target=_work, args=(numbers, theirs), daemon=True)
        process.start()
        theirs.close()
        patience = 60.0  # the first answer waits for everything to be imported
        while numbers:
            try:
                came = answers.poll(patience)
                answer = answers.recv() if came else None
            except EOFError:
                yield Outcome(numbers[0], "WRONG", 0, 0, "the process ended")
                break
            if answer is None:
                yield Outcome(numbers[0], "WRONG", patience, 0, "no answer")
                break
            yield answer
            numbers, patience = numbers[1:], 4 * PATIENCE
        else:
            process.join()
            return
        numbers = numbers[1:]
        process.kill()
        process.join()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=5_000)
    parser.add_argument("--first", type=int, default=0, help="number of the first mutant")
    chosen = parser.parse_args()
    before = outcome(chosen.first).peak_mb
    done = list(outcomes(range(chosen.first, chosen.first + chosen.count)))
    times = [one.seconds for one in done]
    slowest = max(done, key=lambda one: one.seconds)
    row("mutants", f"{len(done):,}")
    for what, count in Counter(one.what for one in done).most_common():
        row(what, f"{count:,}", "0" if what == "WRONG" else "")
    row("p50, p99", f"{1e3 * quantile(times, 0.5):.1f}, {1e3 * quantile(times, 0.99):.1f} ms")
    row("slowest", f"{1e3 * slowest.seconds:.0f} ms", f"< {PATIENCE:.0f} s")
    row("", f"{slowest.number}: {mutant(slowest.number)[0]}")
    row("memory: one mutant, most of all", f"{before:.0f}, {max(o.peak_mb for o in done):.0f} MB")
    for one in done:
        if one.wrong:
            row(f"WRONG {one.number}", f"{mutant(one.number)[0]}: {one.wrong}")


if __name__ == "__main__":
    main()
