"""What one visitor who sends without pause costs another: the time that a photo takes, alone and
beside that one. Each photo is different, so that none is remembered.

    python -m benchmarks.reliability.fair_shares --photos 200
"""

from __future__ import annotations

import argparse
import threading
from itertools import count

import numpy as np
from PIL import Image

from app.workspaces.workspace import new_key
from benchmarks.reliability.pictures import save
from benchmarks.reliability.server import Client, Server, quantile, row

PATH = "/api/v1/predict?model=efficientnet-lite0"


def photo(seed: int) -> bytes:
    """A photo of coloured noise."""
    pixels = np.random.default_rng(seed).integers(0, 256, (320, 320, 3), np.uint8)
    return save(Image.fromarray(pixels), "JPEG")


def waits(port: int, photos: list[bytes], key: str) -> list[float]:
    """Seconds for each photo of a visitor who sends one after the other."""
    client = Client(port)
    answers = [client.post(PATH, data, key=key) for data in photos]
    assert all(answer.status == 200 for answer in answers), [a.status for a in answers]
    return [answer.seconds for answer in answers]


def greedy(port: int, key: str, until: threading.Event, sent: count[int]) -> None:
    """Sends without pause, whatever comes back."""
    client, data = Client(port), photo(0)
    while not until.is_set():
        client.post(PATH, data, key=key)
        next(sent)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=200, help="of the other visitor")
    parser.add_argument("--connections", type=int, default=16, help="of the greedy one")
    asked = parser.parse_args()
    photos = [photo(seed) for seed in range(1, asked.photos + 1)]
    with Server(workers=2, time_limit=60) as server:
        key, other = new_key(), new_key()
        waits(server.port, photos[:3], key)
        alone = waits(server.port, photos, key)
        done, sent = threading.Event(), count()
        threads = [
            threading.Thread(target=greedy, args=(server.port, other, done, sent))
            for _ in range(asked.connections)
        ]
        for thread in threads:
            thread.start()
        beside = waits(server.port, photos, key)
        done.set()
        for thread in threads:
            thread.join()
    for name, seconds in (("alone", alone), ("beside one who sends without pause", beside)):
        middle, most = quantile(seconds, 0.5), quantile(seconds, 0.95)
        row(name, f"median {1e3 * middle:.0f} ms, 95 % {1e3 * most:.0f} ms")
    ratio = quantile(beside, 0.5) / quantile(alone, 0.5)
    row("waiting, times", f"{ratio:.2f}", "at most 2")
    row("sent by the greedy one", f"{next(sent)}")


if __name__ == "__main__":
    main()
