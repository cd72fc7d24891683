"""How much more do two servers do than one? Both are behind nginx as deploy/ has it, and have one
thread each.

    python -m benchmarks.reliability.replicas [--seconds 20] [--rounds 3]

In every round one server and two servers take turns, so that whatever else the machine does falls
on both. Every visitor has a key of their own, and half of them are at home at each server.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import threading
import time
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from statistics import median

from app.workspaces.workspace import new_key
from benchmarks.reliability.memory import photo
from benchmarks.reliability.proxy import Proxy
from benchmarks.reliability.server import Client, Server, row

PATH = "/api/v1/analyses"
PHOTOS = 50
VISITORS = 4  # at each server: enough for a full queue, few enough that nobody is refused
_numbers = count()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=20, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ[variable] = "1"
    photos = [photo(seed) for seed in range(PHOTOS)]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)  # nginx, started by root, works as somebody else
        servers = [
            stack.enter_context(Server(workers=1, trainings_dir=folder / name))
            for name in ("first", "second")
        ]
        proxies = []
        for some in (servers[:1], servers):
            own = folder / f"nginx-{len(some)}"
            own.mkdir()
            proxies.append(stack.enter_context(Proxy([server.port for server in some], own)))
        one, two = proxies
        keys = at_home(two, servers)
        goodput(two, keys, photos, min(2.0, args.seconds))  # warms up
        rates = [
            (goodput(one, keys, photos, args.seconds), goodput(two, keys, photos, args.seconds))
            for _ in range(args.rounds)
        ]
    alone, together = (median(of) for of in zip(*rates, strict=True))
    row("visitors", f"{len(keys)}, for {args.seconds:g} s each, {args.rounds} times")
    row("one server of one thread", f"{alone:.1f} analyses a second")
    row("two of them", f"{together:.1f} analyses a second")
    row("ratio", f"{together / alone:.2f}" if alone else "none answered", "≥ 1.8")


def at_home(proxy: Proxy, servers: list[Server]) -> list[str]:
    """Keys of ``VISITORS`` at each server, told by who has the analysis that they make."""
    found: dict[int, list[str]] = {server.port: [] for server in servers}
    while any(len(keys) < VISITORS for keys in found.values()):
        key = new_key()
        made = Client(proxy.port).post(PATH, photo(next(_numbers)), key=key)
        where = made.headers["location"]
        (port,) = (port for port in found if Client(port).get(where).status == 200)
        if len(found[port]) < VISITORS:
            found[port].append(key)
    return [key for keys in found.values() for key in keys]


def goodput(proxy: Proxy, keys: list[str], photos: list[bytes], seconds: float) -> float:
    """Finished analyses a second; each visitor sends one photo after the other."""
    done = [0] * len(keys)
    end = time.monotonic() + seconds

    def visit(place: int) -> None:
        client = Client(proxy.port)
        while time.monotonic() < end:
            number = next(_numbers)
            # what follows the end of a JPEG is not looked at, but the file is another
            data = photos[number % PHOTOS] + number.to_bytes(8, "big")
            answer = client.post(PATH, data, key=keys[place])
            if answer.status != 201:
                raise SystemExit(f"WRONG: {answer}")
            done[place] += time.monotonic() < end

    threads = [threading.Thread(target=visit, args=(place,)) for place in range(len(keys))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / seconds


if __name__ == "__main__":
    main()
