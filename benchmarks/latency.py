"""Times analyses over HTTP while a training runs on the same server, against without.

    python -m benchmarks.latency [--requests 150]

Each request sends a photo with other last bytes, so that nothing comes from the cache. Blocks with
and without a training take turns, so that whatever else the machine does falls on both.
"""

from __future__ import annotations

import argparse
import time
from itertools import count
from pathlib import Path
from statistics import quantiles

import httpx

from benchmarks.serving import served, variant

PHOTO = Path("static/samples/car.jpg").read_bytes()
BLOCKS = 4
number = count()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--requests", type=int, default=150, help="of each kind")
    requests = parser.parse_args().requests
    with served() as url, httpx.Client(base_url=f"{url}/api/v1", timeout=60) as api:
        run = api.post("/trainings", json={"epochs": 1000, "paused": True}).json()["id"]
        _analyses(api, 10)
        quiet, busy, steps = [], [], 0
        for _ in range(BLOCKS):
            quiet += _analyses(api, requests // BLOCKS)
            before = api.post(f"/trainings/{run}/resume", json={}).json()["step"]
            busy += _analyses(api, requests // BLOCKS)
            steps += api.post(f"/trainings/{run}/pause").json()["step"] - before
    _report("without a training", quiet)
    _report("with a training", busy)
    print(f"p95 with / without: {_p95(busy) / _p95(quiet):.2f}; it took {steps} steps meanwhile")


def _analyses(api: httpx.Client, requests: int) -> list[float]:
    """Milliseconds from a request's first byte to its answer's last."""
    spent = []
    for _ in range(requests):
        data = variant(PHOTO, next(number))
        start = time.perf_counter()
        api.post(
            "/analyses", content=data, headers={"Content-Type": "image/jpeg"}
        ).raise_for_status()
        spent.append((time.perf_counter() - start) * 1e3)
    return spent


def _p95(milliseconds: list[float]) -> float:
    return quantiles(milliseconds, n=20)[-1]


def _report(what: str, milliseconds: list[float]) -> None:
    middle = quantiles(milliseconds, n=2)[0]
    print(f"{what:20} median {middle:6.1f} ms   p95 {_p95(milliseconds):6.1f} ms")


if __name__ == "__main__":
    main()
