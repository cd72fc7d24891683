"""The job of `POST /analyses` done with onnxruntime, Pillow and NumPy, in a process of its own:
decode and fit the photo, run the network with every value an output, take every value's key
figures, write the JSON, and keep the values as the server keeps them.

The key figures are written as one writes them in NumPy, and do not follow the server's.
"""

from __future__ import annotations

import io
import math
import multiprocessing
import queue
import resource
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

import numpy as np
import orjson
from PIL import Image

from benchmarks.networks import session
from engine.preprocess import Preprocess
from engine.types import Array

_KEPT = 512 * 2**20  # bytes of values, as many as the server keeps
_TOP = 8  # maps that are named as the strongest
_ROOM = 4  # a JPEG is decoded so many times as large as the network's input, at least
_INTERPOLATIONS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
}


class Brought(NamedTuple):
    """A network's ONNX file, how a photo becomes its input, and what its last value is."""

    file: bytes
    steps: Preprocess
    labels: list[str] | None
    gives_logits: bool


class Done(NamedTuple):
    """One photo's answer: its JSON, the seconds it took, and the milliseconds of its stages."""

    body: bytes
    seconds: float
    stages: dict[str, float]


class Block(NamedTuple):
    """Photos that were answered one after the other, or several at once: all of them took so many
    ``seconds``, and ``faults`` pages were touched for the first time.
    """

    done: list[Done]
    seconds: float
    faults: int


def at_once(
    clients: Sequence[Callable[[bytes], Done]], photos: Sequence[bytes]
) -> tuple[list[Done], float]:
    """Give the photos to the clients, each of which takes the next one when it has its answer."""
    waiting: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    for photo in photos:
        waiting.put(photo)
    done: list[Done] = []

    def work(client: Callable[[bytes], Done]) -> None:
        while True:
            try:
                photo = waiting.get_nowait()
            except queue.Empty:
                return
            done.append(client(photo))

    with ThreadPoolExecutor(len(clients)) as threads:
        start = time.perf_counter()
        list(threads.map(work, clients))
        return done, time.perf_counter() - start


class Rival:
    """The process, started and ended with the ``with`` block."""

    def __init__(self, network: Brought) -> None:
        context = multiprocessing.get_context("spawn")
        self._here, there = context.Pipe()
        self._process = context.Process(target=_serve, args=(there, network))

    def __enter__(self) -> Rival:
        self._process.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._here.send(None)
        self._process.join()

    def run(self, photos: Sequence[bytes], clients: int) -> Block:
        """The photos' answers, for so many clients at once."""
        self._here.send((list(photos), clients))
        return self._here.recv()

    @property
    def peak_memory(self) -> float:
        """The most bytes in memory since the start."""
        self._here.send(([], 0))
        return self._here.recv()


def _serve(asked: Connection, network: Brought) -> None:
    job = _Job(network)
    while (what := asked.recv()) is not None:
        photos, clients = what
        if not photos:
            asked.send(1024.0 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
            continue
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        done, seconds = at_once([job] * clients, photos)
        faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
        asked.send(Block(done, seconds, faults))


class _Job:
    def __init__(self, network: Brought) -> None:
        self._session = session(network.file, everything=True)
        self._steps = network.steps
        self._labels = network.labels
        self._gives_logits = network.gives_logits
        self._input = self._session.get_inputs()[0].name
        self._names = [output.name for output in self._session.get_outputs()]
        self._kept: deque[list[Array]] = deque()
        self._bytes = 0
        self._lock = threading.Lock()

    def __call__(self, data: bytes) -> Done:
        stages: dict[str, float] = {}
        start = time.perf_counter()
        with _stage(stages, "decode"):
            photo, image, kind = _decoded(data, max(self._steps.input_size[1:]))
        with _stage(stages, "preprocess"):
            x, crop = self._fitted(photo, image)
        with _stage(stages, "forward"):
            values = self._session.run(None, {self._input: x})
        with _stage(stages, "statistics"):
            layers = [
                {"name": name, **described(value[0])}
                for name, value in zip([self._input, *self._names], [x, *values], strict=True)
            ]
            scores = self._scores(values[-1][0])
        with _stage(stages, "json"):
            body = orjson.dumps(
                {
                    "input": {"size": image, "crop": crop, "format": kind},
                    "layers": layers,
                    "predictions": scores,
                    "outputs": [{"name": self._names[-1], "predictions": scores}],
                    "timings_ms": {"layers": dict.fromkeys(self._names, 0.001), **stages},
                },
                option=orjson.OPT_SERIALIZE_NUMPY,
            )
        self._keep(values)
        return Done(body, time.perf_counter() - start, stages)

    def _fitted(
        self, photo: Image.Image, size: tuple[int, int]
    ) -> tuple[Array, tuple[float, float, float, float]]:
        _, rows, cols = self._steps.input_size
        crop = self._steps.crop_box(*size)
        shrunk = photo.width / size[0], photo.height / size[1]
        box = tuple(edge * shrunk[i % 2] for i, edge in enumerate(crop))
        small = photo.resize((cols, rows), _INTERPOLATIONS[self._steps.interpolation], box)
        mean, std = (np.array(v, np.float32) for v in (self._steps.mean, self._steps.std))
        x = (np.asarray(small) / np.float32(self._steps.scale) - mean) / std
        return np.ascontiguousarray(x.transpose(2, 0, 1)[None], np.float32), crop

    def _scores(self, last: Array) -> list[dict[str, Any]]:
        odds = last.astype(np.float64)
        if self._gives_logits:
            odds = np.exp(odds - odds.max())
            odds /= odds.sum()
        names = self._labels or [str(i) for i in range(len(odds))]
        order = np.argsort(-odds, kind="stable").tolist()
        return [{"label": names[i], "score": float(odds[i])} for i in order]

    def _keep(self, values: list[Array]) -> None:
        with self._lock:
            self._kept.append(values)
            self._bytes += sum(value.nbytes for value in values)
            while self._bytes > _KEPT and len(self._kept) > 1:
                self._bytes -= sum(value.nbytes for value in self._kept.popleft())


@contextmanager
def _stage(stages: dict[str, float], name: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    stages[name] = 1e3 * (time.perf_counter() - start)


def _decoded(data: bytes, side: int) -> tuple[Image.Image, tuple[int, int], str]:
    """The photo, in fewer pixels where the decoder can; its size and its format."""
    image = Image.open(io.BytesIO(data))
    size, kind = image.size, image.format or ""
    image.draft("RGB", (_ROOM * side, _ROOM * side))
    return image.convert("RGB"), size, kind


def described(y: Array) -> Mapping[str, Any]:
    """A value's key figures, (C, H, W) or (K,), and its strongest maps."""
    least, most = float(y.min()), float(y.max())
    if not (math.isfinite(least) and math.isfinite(most)):
        raise SystemExit("a value is not finite: this benchmark's networks have none")
    maps = tuple(range(1, y.ndim))
    alive = np.count_nonzero(y, axis=maps) if maps else np.array(np.count_nonzero(y))
    size = np.abs(y).mean(axis=maps, dtype=np.float64)
    return {
        "shape": y.shape,
        "stats": {
            "min": least,
            "max": most,
            "mean": float(y.mean(dtype=np.float64)),
            "std": float(y.std(dtype=np.float64)),
            "zero_fraction": 1 - float(alive.sum()) / y.size,
            "nan_count": 0,
            "inf_count": 0,
            "silent_channels": np.flatnonzero(alive == 0).tolist() if maps else None,
        },
        "top_channels": np.argsort(-size, kind="stable")[:_TOP].tolist(),
    }
