"""Stops the server (SIGTERM) at random moments while uploads, analyses, streams and trainings are
under way.

Is each of them finished or told, and does the server exit within its graceful time?

    python -m benchmarks.reliability.stops --rounds 50
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from random import Random

from app.workspaces.workspace import new_key
from benchmarks.reliability.memory import normalised, photo
from benchmarks.reliability.server import Answer, Client, Server, quantile, row
from benchmarks.reliability.trainings import (
    Trainings,
    pictures,
    processes,
    saved_step,
    unreadable,
    wait,
)
from engine.formats import safetensors

GRACE = 15  # seconds
ANALYSES = 4
TRAININGS = 2

Ask = Callable[[], Answer]


def slowly(data: bytes) -> Iterator[bytes]:
    """A body whose second half takes a while to come."""
    yield data[: len(data) // 2]
    time.sleep(1)
    yield data[len(data) // 2 :]


def tasks(port: int, runs: list[str], key: str, number: int) -> Iterator[tuple[str, Ask]]:
    """What is under way when the server is to stop: its kind, and how it is asked for."""
    model = safetensors.to_bytes(normalised(), half=False)
    for i in range(ANALYSES):
        data = photo(number * ANALYSES + i)
        yield "analyses", partial(Client(port).post, "/api/v1/analyses", data, key=key)
    kind = "application/octet-stream"
    yield "uploads", partial(Client(port).post, "/api/v1/models", slowly(model), kind, key)
    zipped = slowly(pictures(1))
    yield "uploads", partial(Client(port).post, "/api/v1/datasets", zipped, "application/zip", key)
    for run in runs:
        path = f"/api/v1/trainings/{run}/events"
        yield "streams", partial(Client(port).get, path, key)


class Rounds:
    """What happened so far. ``wrong`` holds what should not have."""

    def __init__(self, seed: int) -> None:
        self._rng, self._key = Random(seed), new_key()
        self.answers: dict[str, Counter[int]] = {}
        self.exits: list[float] = []
        self.saved = 0
        self.wrong: list[str] = []

    def run(self, number: int, folder: Path) -> None:
        """One server, from its start to its end."""
        server = Server(
            trainings_dir=folder,
            max_trainings=TRAININGS,
            max_kept_trainings=TRAININGS,
            workers=1,
            time_limit=120,
            shutdown_timeout=GRACE,
        )
        with server, ThreadPoolExecutor(ANALYSES + 2 + TRAININGS) as pool:
            mine = Trainings(server.port, self._key)
            runs = [mine.begin() for _ in range(TRAININGS)]
            wait(lambda: all(now["status"] == "running" for now in mine.listed().values()))
            asked = list(tasks(server.port, runs, self._key, number))
            answers = [(kind, pool.submit(ask)) for kind, ask in asked]
            time.sleep(self._rng.uniform(0.2, 0.9))
            told = {run: now["step"] for run, now in mine.listed().items()}
            self._stop(server, number)
            for kind, answer in answers:
                self._note(number, kind, answer.result().status)
        self._look_at_trainings(folder, told, number)

    def _stop(self, server: Server, number: int) -> None:
        begun = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        try:
            server.process.wait(GRACE + 15)
        except subprocess.TimeoutExpired:
            self.wrong.append(f"round {number}: the server does not exit")
        took = time.monotonic() - begun
        self.exits.append(took)
        if took > GRACE:
            self.wrong.append(f"round {number}: the server exits after {took:.1f} s")

    def _note(self, number: int, kind: str, status: int) -> None:
        self.answers.setdefault(kind, Counter())[status] += 1
        if not status:
            self.wrong.append(f"round {number}: one of the {kind} was cut off")

    def _look_at_trainings(self, folder: Path, told: dict[str, int], number: int) -> None:
        if processes(folder):
            self.wrong.append(f"round {number}: a training's process is still there")
        self.wrong += [f"round {number}: {name}" for name in unreadable(folder)]
        for run, step in told.items():
            saved = saved_step(folder, run)
            self.saved += saved >= step
            if saved < step:
                self.wrong.append(f"round {number}: {run} lost {step - saved} steps")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    rounds = Rounds(args.seed)
    for number in range(args.rounds):
        with tempfile.TemporaryDirectory(prefix="convscope-stops-") as folder:
            rounds.run(number, Path(folder))
    row("stops", f"{args.rounds}")
    for kind, found in rounds.answers.items():
        said = ", ".join(f"{status or 'cut off'}: {n}" for status, n in sorted(found.items()))
        row(f"{kind} under way, answered", said, "none cut off")
    row("trainings that lost nothing", f"{rounds.saved}", f"{args.rounds * TRAININGS}")
    middle, most = quantile(rounds.exits, 0.5), max(rounds.exits, default=0.0)
    row("exit after", f"median {middle:.1f} s, {most:.1f} s at most", f"≤ {GRACE} s")
    for trouble in rounds.wrong:
        print("WRONG:", trouble)
    sys.exit(bool(rounds.wrong))


if __name__ == "__main__":
    main()
