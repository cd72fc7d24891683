"""Sends ten times as many visitors as the server takes at once, each with a photo of its own.

Are those it cannot serve refused at once, and the others served as quickly as without them?

    python -m benchmarks.reliability.overload

Before it, four visitors show the most that the server can do. With ``--sockets`` as many slow
clients hold a connection each, half a head or half a body sent, while a new visitor comes.
"""

from __future__ import annotations

import argparse
import socket
import threading
import time
from itertools import count

from benchmarks.reliability.memory import photo
from benchmarks.reliability.server import HOST, Answer, Client, Server, quantile, row

ACCEPTED, REFUSED = 201, (429, 503)
PATH = "/api/v1/analyses"
PHOTOS = 200  # a byte behind each makes as many others of them as are needed
_numbers = count()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--queue", type=int, default=14)
    parser.add_argument("--sockets", type=int, default=1000, help="of slow clients; 0 for none")
    args = parser.parse_args()
    photos = [photo(seed) for seed in range(PHOTOS)]
    with Server(workers=args.workers, max_queue_size=args.queue) as server:
        visit(server, photos, 2, min(3.0, args.seconds))  # warms up
        peak = visit(server, photos, 4, args.seconds / 4)
        crowd = 10 * (args.workers + args.queue)
        answers = visit(server, photos, crowd, args.seconds)
        report(args, peak, answers, crowd)
        if args.sockets:
            report_slow_clients(server, photos[0], args.sockets)


def visit(server: Server, photos: list[bytes], visitors: int, seconds: float) -> list[Answer]:
    """What all visitors were answered, each sending one photo after the other."""
    answers: list[Answer] = []
    end = time.monotonic() + seconds

    def send() -> None:
        client = Client(server.port)
        while time.monotonic() < end:
            number = next(_numbers)
            # what follows the end of a JPEG is not looked at, but the file is another
            data = photos[number % PHOTOS] + number.to_bytes(8, "big")
            answer = client.post(PATH, data)
            answers.append(answer)
            if answer.status in REFUSED:
                time.sleep(0.1)  # less patient than «Retry-After» asks for

    threads = [threading.Thread(target=send) for _ in range(visitors)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def report(args: argparse.Namespace, peak: list[Answer], answers: list[Answer], crowd: int) -> None:
    alone = [answer.seconds for answer in peak if answer.status == ACCEPTED]
    accepted = [answer.seconds for answer in answers if answer.status == ACCEPTED]
    refused = [answer for answer in answers if answer.status in REFUSED]
    others = len(answers) - len(accepted) - len(refused)
    best, goodput = len(alone) / (args.seconds / 4), len(accepted) / args.seconds
    service = args.workers / best if best else float("nan")
    longest = 1.5 * (args.queue / args.workers + 1) * service
    row("visitors", f"{crowd}, for {args.seconds:g} s")
    row("accepted, refused, neither", f"{len(accepted)}, {len(refused)}, {others}", "neither: 0")
    said = sum("retry-after" in answer.headers for answer in refused)
    row("refusals with Retry-After", f"{said}", "all")
    seconds = [answer.seconds for answer in refused]
    row(
        "refusals p50, p99",
        f"{1e3 * quantile(seconds, 0.5):.0f}, {1e3 * quantile(seconds, 0.99):.0f} ms",
        "p99 < 50 ms",
    )
    row("accepted p99", f"{quantile(accepted, 0.99):.2f} s", f"≤ {longest:.2f} s")
    row("goodput, and of four visitors", f"{goodput:.1f}, {best:.1f} a second", "≥ 90 %")


def report_slow_clients(server: Server, data: bytes, sockets: int) -> None:
    half = b"POST /api/v1/analyses HTTP/1.1\r\nHost: localhost\r\n"
    starts = (half, half + b"Content-Type: image/jpeg\r\nContent-Length: 1000\r\n\r\nx")
    held = []
    for number in range(sockets):
        connection = socket.create_connection((HOST, server.port))
        connection.sendall(starts[number % 2])
        held.append(connection)
    answer = Client(server.port).post(PATH, data + b"new")
    row(
        f"a new visitor among {sockets} slow ones",
        f"{answer.status}, {answer.seconds:.2f} s",
        "< 1 s",
    )
    for connection in held:
        connection.close()


if __name__ == "__main__":
    main()
