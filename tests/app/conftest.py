import asyncio
import io
import threading
import time
import warnings
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from fastapi import FastAPI
from PIL import Image

from app.http.application import create_app
from app.http.server import make_server
from app.images.decoding import Limits, decoded
from app.images.picture import Picture
from app.models.registry import Registry
from app.settings import Settings
from engine.network import Network, Node
from engine.ops import Conv2d, Dense, Flatten, MaxPool, Relu, Softmax
from engine.preprocess import Preprocess
from tests.app.bringing import as_onnx, net

with warnings.catch_warnings():
    # Starlette would like its test client on httpx2, which does nothing more for these tests than
    # httpx.
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient

LABELS = ("apple", "bear", "cloud")


def build_tiny() -> Network:
    """Every kind of layer that `everyday` has, on 8 × 8 pixels, so that a request takes a
    millisecond.
    """
    rng = np.random.default_rng(7)
    conv = rng.normal(0, 0.5, (4, 3, 3, 3)).astype(np.float32)
    dense = rng.normal(0, 0.5, (3, 64)).astype(np.float32)
    return Network(
        [
            Node(
                "conv1", Conv2d(conv, np.full(4, 0.1, np.float32), padding=(1, 1, 1, 1)), ("input",)
            ),
            Node("relu1", Relu(), ("conv1",)),
            Node("pool1", MaxPool(kernel=(2, 2), stride=(2, 2)), ("relu1",)),
            Node("flatten", Flatten(), ("pool1",)),
            Node("fc1", Dense(dense, np.array([0.1, -0.2, 0.3], np.float32)), ("flatten",)),
            Node("softmax", Softmax(), ("fc1",)),
        ],
        inputs={"input": (3, 8, 8)},
        outputs=("softmax",),
        labels=LABELS,
        preprocess=Preprocess(input_size=(3, 8, 8), mean=(0.5, 0.4, 0.3), std=(0.25, 0.3, 0.2)),
        name="tiny",
        meta={"title": "Tiny", "summary": "For tests."},
    )


def run_coroutine(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """The result of a coroutine, run by an event loop in a thread of its own.

    ``asyncio.run`` would do, had Playwright not left a running loop in the main thread: a process
    that has driven a browser before can run no other loop there.
    """
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def picture_bytes(
    size: tuple[int, int] = (40, 30), mode: str = "RGB", kind: str = "PNG", seed: int = 0, **options
) -> bytes:
    """A picture of coloured noise, as a file."""
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (size[1], size[0], 3), np.uint8)
    return as_file(Image.fromarray(pixels).convert(mode), kind, **options)


def as_file(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def decode(data: bytes, limits: Limits, at_least: int = 0) -> Picture:
    """A picture, to be used as long as one likes."""
    with decoded(data, limits, at_least) as picture:
        return picture


@pytest.fixture(scope="session")
def tiny() -> Network:
    return build_tiny().freeze()


@pytest.fixture(scope="session")
def registry(tiny) -> Registry:
    return Registry({"tiny": lambda: tiny}, "tiny")


@pytest.fixture(scope="module")
def settings(tmp_path_factory) -> Settings:
    # On a busy machine, a thread may wait long for its turn. A server that ran before in this
    # process may have kept trainings, whose networks this one would offer.
    return Settings(
        workers=2, time_limit=60, trainings_dir=str(tmp_path_factory.mktemp("trainings"))
    )


@pytest.fixture(scope="module")
def app(settings, registry) -> FastAPI:
    return create_app(settings, registry)


@pytest.fixture(scope="module")
def client(app) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="module")
def photo() -> bytes:
    return picture_bytes()


@pytest.fixture(scope="module")
def analysis(client, photo) -> dict:
    """A finished analysis of the photo."""
    return client.post("/api/v1/analyses", files={"image": photo}).json()


class RunningServer:
    """The app on uvicorn, in a thread, on a free port; started and stopped with the ``with``
    block.
    """

    def __init__(self, settings: Settings, registry: Registry) -> None:
        self.app = create_app(settings, registry)
        self.server = make_server(settings, self.app)
        self._thread = threading.Thread(target=self.server.run)

    def __enter__(self):
        self._thread.start()
        while not self.server.started:
            assert self._thread.is_alive(), "the server did not start"
            time.sleep(0.01)
        self.port = self.server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    def __exit__(self, *_):
        self.server.should_exit = True
        self._thread.join(10)
        assert not self._thread.is_alive(), "the server did not stop"


@pytest.fixture(scope="module")
def server(settings, registry) -> Iterator[RunningServer]:
    of_its_own = settings.model_copy(update={"port": 0, "log_level": "error"})
    with RunningServer(of_its_own, registry) as running:
        yield running


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A server that takes small models."""
    folder = str(tmp_path_factory.mktemp("own"))
    settings = Settings(
        workers=2,
        time_limit=60,
        trainings_dir=folder,
        models_dir=folder,
        max_model_bytes=200_000,
        max_multiply_adds=10_000_000,
        max_activation_bytes=3_000_000,
    )
    with TestClient(
        create_app(settings, Registry({"tiny": build_tiny}, "tiny")), raise_server_exceptions=False
    ) as client:
        yield client


@pytest.fixture(scope="module")
def file():
    """An ONNX file that says nothing but its network."""
    return as_onnx(net())
