"""Does the server grow with what it has done? Visitors one after the other, who do what visitors
do, each photo another file, the networks taking turns; and its memory, open files, threads and
processes meanwhile.

    python -m benchmarks.reliability.leaks --count 50000

It is looked at between two visits, while nobody asks anything. The looks after the warm-up are put
into windows; the growth is the median slope between the windows' medians (Theil and Sen), so that
no single look decides.
"""

from __future__ import annotations

import argparse
import json
import socket
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from statistics import median
from typing import NamedTuple

import numpy as np
from PIL import Image

from app.workspaces.workspace import new_key
from benchmarks.reliability.memory import bring_five, normalised
from benchmarks.reliability.pictures import save
from benchmarks.reliability.server import HOST, MB, Answer, Client, Server, row
from benchmarks.reliability.trainings import wait
from engine.formats import safetensors

PHOTOS = 20  # of one visitor
WINDOWS = 20
ADDRESSES = 250
BUDGETS = {
    "max_analysis_cache_bytes": 128 * 2**20,
    "max_models_bytes": 64 * 2**20,
    "max_step_cache_bytes": 128 * 2**20,
}


class Look(NamedTuple):
    """The server after so many analyses and requests."""

    analyses: int
    requests: int
    memory: float
    files: int
    threads: int
    processes: int


class Visits:
    """What visitors have done. ``wrong`` holds the answers that were not to be expected."""

    def __init__(self, server: Server) -> None:
        self._server, self._client, self._key = server, Client(server.port), new_key()
        self._models = [self._lent(model) for model in bring_five(self._client)]
        self._layers = {model: self._layer(model) for model in self._models}
        self._photo = save(Image.fromarray(noise()), "JPEG")
        self._file = safetensors.to_bytes(normalised(), half=False)
        self.analyses = self.requests = self.visitors = 0
        self.answers: Counter[int] = Counter()
        self.wrong: list[str] = []

    def visit(self) -> None:
        """One visitor, with a workspace and an address of their own."""
        self.visitors += 1
        self._key = new_key()
        address = f"127.0.1.{1 + self.visitors % ADDRESSES}"
        self._client = Client(self._server.port, address=address)
        self._get("/")
        self._get("/api/v1/models")
        self._post("/api/v1/analyses", self._photo, 201)  # that all begin with
        for _ in range(PHOTOS):
            self._look_at_a_photo()
        if self.visitors % 5 == 0:
            kind = "application/octet-stream"
            self._post("/api/v1/models", self._file, 201, kind)
        if self.visitors % 2 == 0:
            self._hang_up()
        self._client.close()

    def look(self) -> Look:
        """The server at rest: with no connection of the visitor who has left."""
        server = self._server
        wait(lambda: not server.connections())
        return Look(
            self.analyses,
            self.requests,
            server.proportional_memory(),
            server.open_files(),
            server.threads(),
            server.processes(),
        )

    def _look_at_a_photo(self) -> None:
        self.analyses += 1
        number = self.analyses
        # What follows the end of a JPEG is not looked at, but the file is another.
        photo = self._photo + number.to_bytes(8, "big")
        model = self._models[number % len(self._models)]
        made = self._post(f"/api/v1/analyses?model={model}", photo, 201)
        if made.status != 201:
            return
        at = f"/api/v1/analyses/{json.loads(made.body)['id']}"
        layer = f"{at}/layers/{self._layers[model]}"
        self._get(f"{layer}?format=png")
        self._go_on(number, model, photo, layer)
        match number % 50:  # what takes longer
            case 7:
                self._ask_json(f"{at}/attributions", {"method": "saliency"}, 200)
            case 17:
                self._ask_json(f"{at}/variants", {}, 201)
            case 27:
                self._ask_json(f"{at}/training-step", {"label": 0}, 201)

    def _go_on(self, number: int, model: str, photo: bytes, layer: str) -> None:
        """One thing more, and mistakes of several kinds."""
        match number % 10:
            case 0 | 5:
                self._post(f"/api/v1/predict?model={model}", photo, 200)
            case 1:
                self._get(f"{layer}/explain?channel=0&y=1&x=1")
            case 2:
                self._get("/api/v1/analyses/0123456789abcdef", 404)
            case 3:
                self._post("/api/v1/analyses", b"no picture" + photo[-8:], 415)
            case 4:
                self._post("/api/v1/analyses?model=none", photo, 404)
            case 6:
                self._get(f"{layer}?format=npy")

    def _lent(self, model: str) -> str:
        """The id by which every visitor finds a model."""
        answer = self._client.post(f"/api/v1/models/{model}/share", b"")
        return str(json.loads(answer.body)["id"]) if answer.status == 201 else model

    def _layer(self, model: str) -> str:
        """The first layer after the input."""
        about = json.loads(self._client.get(f"/api/v1/models/{model}").body)
        return str(about["layers"][1]["name"])

    def _hang_up(self) -> None:
        """Go away in the middle of an upload."""
        with socket.create_connection((HOST, self._server.port)) as connection:
            head = f"POST /api/v1/analyses HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: image/jpeg\r\n"
            length = f"Content-Length: {len(self._photo)}\r\n\r\n"
            connection.sendall(head.encode() + length.encode() + self._photo[:100])
        self.requests += 1

    def _get(self, path: str, status: int = 200) -> Answer:
        return self._note(path, self._client.get(path, self._key), status)

    def _post(self, path: str, data: bytes, status: int, kind: str = "image/jpeg") -> Answer:
        return self._note(path, self._client.post(path, data, kind, self._key), status)

    def _ask_json(self, path: str, content: object, status: int) -> Answer:
        return self._post(path, json.dumps(content).encode(), status, "application/json")

    def _note(self, path: str, answer: Answer, expected: int) -> Answer:
        self.requests += 1
        self.answers[answer.status] += 1
        if answer.status != expected:
            self.wrong.append(f"{path}: {answer.status} {answer.body[:300]!r}")
        return answer


def noise() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (96, 128, 3), np.uint8)


def windows(looks: list[Look]) -> Iterator[tuple[float, float]]:
    """Each window's requests and memory: medians."""
    size = max(1, len(looks) // WINDOWS)
    for start in range(0, len(looks) - size + 1, size):
        some = looks[start : start + size]
        yield median(look.requests for look in some), median(look.memory for look in some)


def slope(points: list[tuple[float, float]]) -> float:
    """The median of the slopes between all pairs of points."""
    return median((y - b) / (x - a) for (a, b), (x, y) in combinations(points, 2))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=50_000, help="of analyses")
    parser.add_argument("--warm-up", type=int, default=5000, help="of them")
    args = parser.parse_args()
    looks = []
    with Server(**BUDGETS) as server:
        visits = Visits(server)
        while visits.analyses < args.count:
            visits.visit()
            looks.append(visits.look())
    later = [look for look in looks if look.analyses > args.warm_up]
    if len(later) < 2:
        parser.error("there is nothing to compare: ask for more analyses after the warm-up")
    row("analyses, requests, visitors", f"{visits.analyses}, {visits.requests}, {visits.visitors}")
    said = ", ".join(f"{status}: {n}" for status, n in sorted(visits.answers.items()))
    row("answers", said, "no 5xx, none cut off")
    row("memory after the warm-up", f"{later[0].memory / MB:.1f} MB")
    row("… at the end", f"{later[-1].memory / MB:.1f} MB")
    row("… a request", f"{slope(list(windows(later))):.0f} bytes", "< 1,000")
    for name in ("files", "threads", "processes"):
        found = [getattr(look, name) for look in later]
        row(name, f"{min(found)} to {max(found)}", "constant")
    for trouble in visits.wrong[:20]:
        print("WRONG:", trouble)
    sys.exit(bool(visits.wrong))


if __name__ == "__main__":
    main()
