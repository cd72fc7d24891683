"""Sends ten times as many visitors as the server takes at once, each with a photo of its own.

Are those it cannot serve refused at once, and the others served as quickly as without them?

    python -m benchmarks.reliability.overload

Before them come as few as keep the server busy, and as many as it has places for: the more that
either gets done is the most that the server can do. Then ten times as many come twice: patient ones
wait for as long as «Retry-After» says and up to half of that again, as clients do so that not all
come back at once; impatient ones are back after ``--impatience`` seconds, without it after so many
that together they send ten times as much as the server can do. Last come all at the same moment.
With ``--sockets`` as many slow clients hold a connection each, half a head or half a body sent and
a byte more of it now and then, while new visitors come.
"""

from __future__ import annotations

import argparse
import random
import resource
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count
from typing import NamedTuple

from benchmarks.reliability.memory import photo
from benchmarks.reliability.server import HOST, Client, Server, quantile, row
from benchmarks.reliability.visitors import Visit, visit

ACCEPTED, REFUSED = 201, (429, 503)
PATH = "/api/v1/analyses"
PHOTOS = 200  # a byte behind each makes as many others of them as are needed
NEW_VISITORS = 10  # among the slow ones

Pause = Callable[[Visit], float]


class Run(NamedTuple):
    """What some visitors were answered in so many ``seconds``, and the seconds of processor that
    ``server`` and ``visitors`` took.
    """

    visits: list[Visit]
    until: float
    seconds: float
    server: float
    visitors: float

    def of(self, *statuses: int) -> list[Visit]:
        return [visit for visit in self.visits if visit.status in statuses]

    @property
    def goodput(self) -> float:
        """Photos a second; those that were answered after the end do not count."""
        return sum(done.at <= self.until for done in self.of(ACCEPTED)) / self.seconds


class Overload:
    """A server, and all the photos it is sent."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.photos = _photos()

    def run(self, visitors: int, seconds: float, pause: Pause, spread: float = 1.0) -> Run:
        """Visitors come in the course of ``spread`` seconds."""
        now = time.time()
        first = [now + random.uniform(0, spread) for _ in range(visitors)]
        before = self._server.processor_time(), _own_processor_time()
        visits = visit(self._server.port, PATH, self.photos, first, now + seconds, pause)
        server = self._server.processor_time() - before[0]
        return Run(visits, now + seconds, seconds, server, _own_processor_time() - before[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--queue", type=int, default=14)
    parser.add_argument("--impatience", type=float, help="seconds")
    parser.add_argument("--sockets", type=int, default=1000, help="of slow clients; 0 for none")
    args = parser.parse_args()
    places = args.workers + args.queue
    with Server(workers=args.workers, max_queue_size=args.queue) as server:
        overload = Overload(server)
        overload.run(2, min(3.0, args.seconds), _at_once)  # warms up
        few = [overload.run(n, args.seconds / 4, _at_once, 0) for n in (2 * args.workers, places)]
        best = max(run.goodput for run in few)
        row("the most it can do", f"{best:.1f} photos a second")
        report("patient", args, best, overload.run(10 * places, args.seconds, _patient))
        impatience = args.impatience or places / max(
            1.0, best
        )  # of 10 * places visitors: 10 * best a second
        impatient = overload.run(10 * places, args.seconds, _impatient(impatience))
        report("impatient", args, best, impatient)
        at_once = overload.run(10 * places, 0.5, lambda _: args.seconds, 0)
        slowest = max((done.seconds for done in at_once.of(*REFUSED)), default=float("nan"))
        row("all at one moment: last refusal", f"{1e3 * slowest:.0f} ms")
        if args.sockets:
            report_slow_clients(server, overload.photos, args.sockets)
        row("server", "never ended" if server.alive else "ENDED", "no restart")


def report(name: str, args: argparse.Namespace, best: float, run: Run) -> None:
    accepted, refused = run.of(ACCEPTED), run.of(*REFUSED)
    statuses = ", ".join(
        f"{k}: {v:,}" for k, v in sorted(Counter(v.status for v in run.visits).items())
    )
    offered = len(run.visits) / run.seconds
    service = args.workers / best if best else float("nan")
    longest = 1.5 * (args.queue / args.workers + 1) * service
    seconds = [done.seconds for done in refused]
    print()
    row(
        f"{10 * (args.workers + args.queue)} {name} visitors",
        f"{offered:.0f} photos a second for {args.seconds:g} s",
        f"{offered / best:.1f} times the most" if best else "",
    )
    row("status: how many", statuses, "201, 429 and 503 alone")
    row("refusals without Retry-After", f"{sum(v.retry_after is None for v in refused)}", "0")
    row(
        "refusals p50, p99",
        f"{1e3 * quantile(seconds, 0.5):.1f}, {1e3 * quantile(seconds, 0.99):.1f} ms",
        "p99 < 50 ms",
    )
    waited = quantile([done.seconds for done in accepted], 0.99)
    row("accepted p99", f"{waited:.2f} s", f"≤ {longest:.2f} s")
    row(
        "goodput",
        f"{run.goodput:.1f} a second, {run.goodput / best:.0%}" if best else "none",
        "≥ 90 %",
    )
    row(
        "processors: server, visitors",
        f"{run.server / run.seconds:.2f}, {run.visitors / run.seconds:.2f}",
    )


def report_slow_clients(server: Server, photos: Iterator[bytes], sockets: int) -> None:
    half = b"POST /api/v1/analyses HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
    starts = (half, half + b"\r\nContent-Type: image/jpeg\r\nContent-Length: 1000\r\n\r\nx")
    held = []
    for number in range(sockets):
        connection = socket.create_connection((HOST, server.port))
        connection.sendall(starts[number % 2])
        connection.setblocking(False)
        held.append(connection)
    answers = []
    for _ in range(NEW_VISITORS):
        for connection in held:
            connection.send(b"x")
        answers.append(Client(server.port).post(PATH, next(photos)))
    print()
    row(
        f"{NEW_VISITORS} new visitors among slow ones",
        f"slowest {max(answer.seconds for answer in answers):.2f} s",
        "< 1 s",
    )
    row("answered otherwise than 201", f"{sum(a.status != ACCEPTED for a in answers)}", "0")
    row("slow ones still connected", f"{sum(map(_is_open, held))} of {sockets}")
    for connection in held:
        connection.close()


def _photos() -> Iterator[bytes]:
    made = [photo(seed) for seed in range(PHOTOS)]
    # what follows the end of a JPEG is not looked at, but the file is another
    return (made[number % PHOTOS] + number.to_bytes(8, "big") for number in count())


def _at_once(_: Visit) -> float:
    return 0.0


def _patient(done: Visit) -> float:
    return 0.0 if done.status == ACCEPTED else (done.retry_after or 1.0) * random.uniform(1, 1.5)


def _impatient(seconds: float) -> Pause:
    return lambda done: 0.0 if done.status == ACCEPTED else seconds


def _is_open(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


def _own_processor_time() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
