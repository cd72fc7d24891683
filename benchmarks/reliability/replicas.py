"""How much more do two servers do than one? Both are behind nginx as deploy/ has it, and each has
one processor of its own, so that it computes with one thread.

    python -m benchmarks.reliability.replicas [--seconds 20] [--rounds 3]

In every round one server and two servers take turns, so that whatever else the machine does falls
on both. Every visitor has a key of their own, and half of them are at home at each server. They ask
for predictions of a network that takes long beside what it costs to ask, for nginx and whoever asks
have no processor of their own on a small machine. What the machine gives is measured as well: the
network alone, without any server, in one process and in two.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
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

PREDICT = "/api/v1/predict?top_k=1&model={}"
ANALYSES = "/api/v1/analyses"
PHOTOS = 50
VISITORS = 4  # at each server: enough for a full queue, few enough that nobody is refused
SERVE = """
import os
os.sched_setaffinity(0, {{{cpu}}})
from app.cli.main import main
main()
"""
ALONE = """
import os, sys, time
os.sched_setaffinity(0, {{{cpu}}})
import numpy as np
import convscope
network = convscope.load("{model}")
x = np.zeros((1, *next(iter(network.inputs.values()))), np.float32)
network.forward(x)
print("ready", flush=True)
sys.stdin.readline()
done, end = 0, time.monotonic() + {seconds}
while time.monotonic() < end:
    network.forward(x)
    done += 1
print(done)
"""
_numbers = count()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=20, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--model", default="efficientnet-lite0")
    args = parser.parse_args()
    cpus = sorted(os.sched_getaffinity(0))
    if len(cpus) < 2:
        raise SystemExit("Two servers cannot do more than one on a single processor.")
    photos = [photo(seed) for seed in range(PHOTOS)]
    path = PREDICT.format(args.model)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)  # nginx, started by root, works as somebody else
        servers = [
            stack.enter_context(
                Server(SERVE.format(cpu=cpu), workers=1, trainings_dir=folder / str(cpu))
            )
            for cpu in cpus[:2]
        ]
        proxies = []
        for some in (servers[:1], servers):
            own = folder / f"nginx-{len(some)}"
            own.mkdir()
            proxies.append(stack.enter_context(Proxy([server.port for server in some], own)))
        one, two = proxies
        keys = at_home(two, servers)
        goodput(two, path, keys, photos, min(2.0, args.seconds))  # warms up
        rates = [
            [goodput(proxy, path, keys, photos, args.seconds) for proxy in (one, two)]
            + [alone(some, args.model, args.seconds) for some in (cpus[:1], cpus[:2])]
            for _ in range(args.rounds)
        ]
    served, both, bare, bare_both = (median(of) for of in zip(*rates, strict=True))
    row("visitors", f"{len(keys)}, for {args.seconds:g} s each, {args.rounds} times")
    row("one server of one thread", f"{served:.1f} predictions a second")
    row("two of them", f"{both:.1f} predictions a second")
    row("ratio", f"{both / served:.2f}" if served else "none answered", "≥ 1.8")
    row(f"{args.model} alone", f"{bare:.1f} and {bare_both:.1f} a second")
    row("ratio of the machine", f"{bare_both / bare:.2f}" if bare else "none finished")


def at_home(proxy: Proxy, servers: list[Server]) -> list[str]:
    """Keys of ``VISITORS`` at each server, told by who has the analysis that they make."""
    found: dict[int, list[str]] = {server.port: [] for server in servers}
    while any(len(keys) < VISITORS for keys in found.values()):
        key = new_key()
        made = Client(proxy.port).post(ANALYSES, photo(next(_numbers)), key=key)
        where = made.headers["location"]
        (port,) = (port for port in found if Client(port).get(where).status == 200)
        if len(found[port]) < VISITORS:
            found[port].append(key)
    return [key for keys in found.values() for key in keys]


def goodput(proxy: Proxy, path: str, keys: list[str], photos: list[bytes], seconds: float) -> float:
    """Finished predictions a second; each visitor sends one photo after the other."""
    done, wrong = [0] * len(keys), []
    end = time.monotonic() + seconds

    def visit(place: int) -> None:
        client = Client(proxy.port)
        while time.monotonic() < end:
            answer = client.post(path, photos[next(_numbers) % PHOTOS], key=keys[place])
            if answer.status != 200:
                wrong.append(answer)
                return
            done[place] += time.monotonic() < end

    threads = [threading.Thread(target=visit, args=(place,)) for place in range(len(keys))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise SystemExit(f"WRONG: {wrong[0]}")
    return sum(done) / seconds


def alone(cpus: list[int], model: str, seconds: float) -> float:
    """Runs of the network a second, by a process on each of the processors at the same time."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", ALONE.format(cpu=cpu, model=model, seconds=seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for cpu in cpus
    ]
    for process in processes:
        process.stdout.readline()  # until all are ready
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    return sum(int(process.communicate()[0]) for process in processes) / seconds


if __name__ == "__main__":
    main()
