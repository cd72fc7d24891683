"""Sends mutilated pictures over HTTP: does any of them bring the server down, slow it down, or make
it grow.

    python -m benchmarks.reliability.mutants [--count 20000] [--seconds 480] [--first 0] [--clients
    2] [--mutants-only]

After them, one by one, come the largest pictures that are let in and the worst that are known
(``hostile.py``).
"""

from __future__ import annotations

import argparse
import threading
import time
from collections import Counter
from itertools import count

from benchmarks.reliability.hostile import hostile
from benchmarks.reliability.mutations import mutant
from benchmarks.reliability.server import MB, Client, Server, quantile, row

SLOW = 0.25  # seconds


class Run:
    """What came of all mutants together. Shared by the clients' threads."""

    def __init__(self, first: int, total: int, seconds: float) -> None:
        self.statuses: Counter[int] = Counter()
        self.times: list[float] = []
        self.wrong: list[str] = []
        self.slowest = (0.0, "")
        self._numbers = count(first)
        self._stop = first + total
        self._end = time.monotonic() + seconds
        self._lock = threading.Lock()

    def work(self, port: int) -> None:
        """Send one mutant after the other until there are enough or time is up."""
        client = Client(port)
        while time.monotonic() < self._end:
            with self._lock:
                number = next(self._numbers)
            if number >= self._stop:
                break
            what, data = mutant(number)
            # Every second one goes the way that also keeps an analysis.
            path = ("/api/v1/predict", "/api/v1/analyses")[number % 2]
            answer = client.post(path, data)
            with self._lock:
                self._note(f"{number}: {what}", answer.status, answer.seconds)

    def _note(self, name: str, status: int, seconds: float) -> None:
        self.statuses[status] += 1
        self.times.append(seconds)
        self.slowest = max(self.slowest, (seconds, name))
        if status == 0 or status >= 500:
            self.wrong.append(f"{name} → {status or 'no answer'}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=480)
    parser.add_argument("--first", type=int, default=0, help="number of the first mutant")
    parser.add_argument("--clients", type=int, default=2)
    parser.add_argument("--mutants-only", action="store_true", help="leave the worst pictures out")
    args = parser.parse_args()
    # The cache of analyses would grow by design, so it gets no room: what grows then is a leak.
    with Server(max_analysis_cache_bytes=0) as server:
        _warm_up(server)
        _report(server, _send(server, args))
        if not args.mutants_only:
            _report_hostile(server)
        row("server", "never ended" if server.alive else "ENDED", "no restart")
    row("lines in the server's error log", str(len(server.log)), "0")
    print("".join(server.log[-20:]), end="")


def _warm_up(server: Server) -> None:
    """Every kind of change once or more, so that what is loaded and allocated once is there before
    measuring.
    """
    client = Client(server.port)
    for number in range(1, 200):
        client.post("/api/v1/predict", mutant(-number)[1])
    server.forget_peak()


def _send(server: Server, args: argparse.Namespace) -> tuple[Run, float, float]:
    before = server.memory()
    run = Run(args.first, args.count, args.seconds)
    start = time.monotonic()
    threads = [threading.Thread(target=run.work, args=(server.port,)) for _ in range(args.clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return run, before, time.monotonic() - start


def _report(server: Server, result: tuple[Run, float, float]) -> None:
    run, before, seconds = result
    slow = sum(t > SLOW for t in run.times)
    statuses = ", ".join(f"{k or 'none'}: {v:,}" for k, v in sorted(run.statuses.items()))
    row("mutants", f"{len(run.times):,} in {seconds:.0f} s")
    row("status: how many", statuses, "no 5xx")
    row(
        "p50, p99",
        f"{1000 * quantile(run.times, 0.5):.1f}, {1000 * quantile(run.times, 0.99):.1f} ms",
    )
    within = 1 - slow / max(1, len(run.times))
    row(f"within {1000 * SLOW:.0f} ms", f"{within:.3%}, all but {slow}", "≥ 99.9 %")
    row("slowest", f"{1000 * run.slowest[0]:.0f} ms")
    row("", run.slowest[1])
    row("memory before, after", f"{before / MB:.0f}, {server.memory() / MB:.0f} MB")
    row("most memory", f"+{(server.peak_memory() - before) / MB:.0f} MB", "≤ +150 MB")
    for line in run.wrong[:20]:
        row("WRONG", line)


def _report_hostile(server: Server) -> None:
    print()
    client = Client(server.port)
    for name, data in hostile():
        before = server.memory()
        server.forget_peak()
        answer = client.post("/api/v1/predict", data)
        grown = (server.peak_memory() - before) / MB
        row(
            name,
            f"{answer.status}, {answer.seconds:.2f} s, +{grown:.0f} MB",
            f"{len(data):,} bytes",
        )


if __name__ == "__main__":
    main()
