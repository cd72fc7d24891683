"""Counts the analyses a second that a server gives to one visitor, and to several at once.

    python -m benchmarks.throughput [--models everyday efficientnet-lite0] [--visitors 1 4]
    [--seconds 10] [--rounds 3] python -m benchmarks.throughput --servers http://127.0.0.1:8001
    http://127.0.0.1:8002

Each visitor sends one new photo after the other (`POST /analyses`) over a connection of its own.
With several servers, for example an older version beside this one, they take turns within each
round, so that whatever else the machine does falls on all of them.
"""

from __future__ import annotations

import argparse
import threading
import time
from contextlib import ExitStack
from itertools import count, product
from pathlib import Path
from statistics import median

import httpx

from benchmarks.serving import served, variant

PHOTO = Path("static/samples/car.jpg").read_bytes()
WARM_UP = 3  # analyses before anything is counted
number = count()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--models", nargs="+", default=["everyday", "efficientnet-lite0"])
    parser.add_argument("--visitors", nargs="+", type=int, default=[1, 4])
    parser.add_argument("--seconds", type=float, default=10, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--servers", nargs="+", help="addresses of servers that run already")
    arguments = parser.parse_args()
    with ExitStack() as stack:
        servers = arguments.servers or [stack.enter_context(served())]
        for model, visitors in product(arguments.models, arguments.visitors):
            for server in servers:
                _visit(server, model, _Stop(analyses=WARM_UP))
            rates = [
                [_rate(server, model, visitors, arguments.seconds) for server in servers]
                for _ in range(arguments.rounds)
            ]
            _report(model, visitors, servers, rates)


class _Stop:
    """When a visitor leaves: at a time, or after a number of analyses."""

    def __init__(self, seconds: float = float("inf"), analyses: float = float("inf")):
        self.at, self.analyses = time.perf_counter() + seconds, analyses

    def reached(self, done: int) -> bool:
        return time.perf_counter() >= self.at or done >= self.analyses


def _visit(server: str, model: str, stop: _Stop) -> int:
    """Send one photo after the other; how many were answered before the end."""
    done = 0
    with httpx.Client(base_url=f"{server}/api/v1", timeout=120) as api:
        while not stop.reached(done):
            answer = api.post(
                "/analyses",
                params={"model": model},
                content=variant(PHOTO, next(number)),
                headers={"Content-Type": "image/jpeg"},
            )
            answer.raise_for_status()
            done += not stop.reached(done)
    return done


def _rate(server: str, model: str, visitors: int, seconds: float) -> float:
    """Analyses a second, of all visitors together."""
    stop, done = _Stop(seconds), [0] * visitors

    def visit(visitor: int) -> None:
        done[visitor] = _visit(server, model, stop)

    threads = [threading.Thread(target=visit, args=(visitor,)) for visitor in range(visitors)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / seconds


def _report(model: str, visitors: int, servers: list[str], rates: list[list[float]]) -> None:
    for server, of_server in zip(servers, zip(*rates, strict=True), strict=True):
        low, high = min(of_server), max(of_server)
        print(
            f"{model:20} {visitors} visitors   {server:24} "
            f"median {median(of_server):6.1f} analyses a second   {low:.1f} to {high:.1f}"
        )


if __name__ == "__main__":
    main()
