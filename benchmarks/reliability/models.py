"""Sends mutilated ONNX files and bombs over HTTP, while another visitor analyses photos.

Does any of them bring the server down, take long, or keep that visitor waiting?

    python -m benchmarks.reliability.models [--count 5000] [--first 0] [--photos 200]
    [--bombs 35]

Each has to be read, and is run on a picture then, or to be refused with the reason. The other
visitor is a process of its own, so that what is measured is the server's time.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from multiprocessing.connection import Connection

from app.workspaces.workspace import new_key
from benchmarks.reliability.memory import photo
from benchmarks.reliability.model_bombs import BOMBS
from benchmarks.reliability.model_mutations import mutant, seeds
from benchmarks.reliability.server import MB, Answer, Client, Server, quantile, row

PATIENCE = 5.0  # seconds
FILE = "application/octet-stream"
_fresh = multiprocessing.get_context("spawn")


class Visitor:
    """Somebody else, who sends one fresh photo after the other: so many, or for as long as the
    ``with`` block takes. ``times`` has the seconds of each, ``wrong`` the statuses of those that
    were not analysed.
    """

    def __init__(self, port: int, photos: int | None = None) -> None:
        self._pipe, theirs = _fresh.Pipe()
        self._process = _fresh.Process(target=_visit, args=(theirs, port, photos), daemon=True)
        self._is_endless = photos is None
        self.times: list[float] = []
        self.wrong: list[int] = []

    def __enter__(self) -> Visitor:
        self._process.start()
        self._pipe.recv()  # it has begun
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_endless:
            self._pipe.send("enough")
        self.times, self.wrong = self._pipe.recv()
        self._process.join()


def _visit(pipe: Connection, port: int, photos: int | None) -> None:
    client, key, data = Client(port), new_key(), photo(0)
    answers: list[Answer] = []

    def send(number: int) -> Answer:
        # What follows the end of a JPEG is not looked at, but the file is another.
        return client.post("/api/v1/analyses", data + number.to_bytes(8, "big"), key=key)

    send(2**40)  # all is loaded
    pipe.send("begun")
    while len(answers) != photos and not pipe.poll():
        answers.append(send(len(answers)))
    wrong = [answer.status for answer in answers if answer.status != 201]
    pipe.send(([answer.seconds for answer in answers], wrong))


class Run:
    """What came of the files that were sent."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.statuses: Counter[int] = Counter()
        self.times: list[float] = []
        self.slowest = (0.0, "")
        self.wrong: list[str] = []

    def send(self, files: Iterable[tuple[str, bytes]], key: str, *, tell: bool = False) -> None:
        """Send one file after the other, and ``tell`` in a line what came of each."""
        client = Client(self._server.port, timeout=20 * PATIENCE)
        for name, data in files:
            before = self._server.memory()
            if tell:
                self._server.forget_peak()
                client.close()  # the server has, where a file took long to make
            answer = client.post("/api/v1/models", data, FILE, key)
            self.statuses[answer.status] += 1
            self.times.append(answer.seconds)
            self.slowest = max(self.slowest, (answer.seconds, name))
            if answer.status == 0 or answer.status >= 500:
                self.wrong.append(f"{name} → {answer.status or 'no answer'}: {_reason(answer)}")
            if tell:
                grown = (self._server.peak_memory() - before) / MB
                figure = f"{answer.status}, {answer.seconds:.2f} s, +{grown:.0f} MB"
                row(name, figure, f"{len(data):,} bytes. {_reason(answer)}"[:120])


def _reason(answer: Answer) -> str:
    """Why a file was refused."""
    is_refusal = answer.status >= 400 and answer.body.startswith(b"{")
    return str(json.loads(answer.body).get("detail")) if is_refusal else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=5_000)
    parser.add_argument("--first", type=int, default=0, help="number of the first mutant")
    parser.add_argument("--photos", type=int, default=200, help="of the other visitor, alone")
    parser.add_argument("--bombs", type=int, default=len(BOMBS), help="how many of them")
    asked = parser.parse_args()
    key = new_key()
    numbers = range(asked.first, asked.first + asked.count)
    # The cache of analyses would grow by design, so it gets no room.
    with Server(max_analysis_cache_bytes=0) as server:
        Run(server).send(seeds(), key)  # everything is imported
        with Visitor(server.port, asked.photos) as alone:
            pass
        before = server.memory()
        row("idle", f"{before / MB:.0f} MB")
        server.forget_peak()
        run = Run(server)
        with Visitor(server.port) as beside:
            run.send(_numbered(numbers), key)
        report("mutants", run, alone, beside)
        row("memory after, most", f"{server.memory() / MB:.0f}, {server.peak_memory() / MB:.0f} MB")
        if asked.bombs:
            print()
            run = Run(server)
            with Visitor(server.port) as beside:
                run.send(
                    ((name, make()) for name, make in islice(BOMBS.items(), asked.bombs)),
                    key,
                    tell=True,
                )
            report("bombs", run, alone, beside)
        Client(server.port).delete("/api/v1/workspace", key)
        row("memory after all is deleted", f"{server.memory() / MB:.0f} MB")
        row("server", "never ended" if server.alive else "ENDED", "no restart")
    row("lines in the server's error log", str(len(server.log)), "0")
    print("".join(server.log[-20:]), end="")


def _numbered(numbers: Iterable[int]) -> Iterator[tuple[str, bytes]]:
    for number in numbers:
        what, data = mutant(number)
        yield f"{number}: {what}", data


def report(name: str, run: Run, alone: Visitor, beside: Visitor) -> None:
    statuses = ", ".join(f"{k or 'none'}: {v:,}" for k, v in sorted(run.statuses.items()))
    middle, most = quantile(run.times, 0.5), quantile(run.times, 0.99)
    row(name, f"{len(run.times):,}")
    row("status: how many", statuses, "no 5xx")
    row("p50, p99", f"{1e3 * middle:.1f}, {1e3 * most:.1f} ms")
    late = sum(seconds > PATIENCE for seconds in run.times)
    row("slowest", f"{run.slowest[0]:.2f} s", f"≤ {PATIENCE:g} s; above: {late}")
    row("", run.slowest[1])
    before, after = quantile(alone.times, 0.95), quantile(beside.times, 0.95)
    row(
        "another's photo, 95 %",
        f"alone {1e3 * before:.0f} ms, beside {1e3 * after:.0f} ms",
        f"× {after / before:.2f}, at most 2; {len(beside.times):,} photos",
    )
    if alone.wrong or beside.wrong:
        row("WRONG", f"the other's photos were answered with {set(alone.wrong + beside.wrong)}")
    for line in run.wrong[:20]:
        row("WRONG", line)


if __name__ == "__main__":
    main()
