import io
from collections.abc import Iterator

import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from PIL import Image

from app.main import create_app
from app.registry import Registry
from app.settings import Settings
from engine.network import Network, Node
from engine.ops import Conv2d, Dense, Flatten, MaxPool, Relu, Softmax
from engine.preprocess import Preprocess

LABELS = ("apple", "bear", "cloud")


def build_tiny() -> Network:
    """Every kind of layer that `everyday` has, on 8 × 8 pixels, so that a request takes a millisecond."""
    rng = np.random.default_rng(7)
    conv = rng.normal(0, 0.5, (4, 3, 3, 3)).astype(np.float32)
    dense = rng.normal(0, 0.5, (3, 64)).astype(np.float32)
    return Network(
        [
            Node("conv1", Conv2d(conv, np.full(4, 0.1, np.float32), padding=(1, 1, 1, 1)), ("input",)),
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


def picture_bytes(
    size: tuple[int, int] = (40, 30), mode: str = "RGB", kind: str = "PNG", seed: int = 0, **options
) -> bytes:
    """A picture of coloured noise, as a file."""
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (size[1], size[0], 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.fixture(scope="session")
def tiny() -> Network:
    return build_tiny().freeze()


@pytest.fixture(scope="session")
def registry(tiny) -> Registry:
    return Registry({"tiny": lambda: tiny}, "tiny")


@pytest.fixture
def settings() -> Settings:
    return Settings(workers=2)


@pytest.fixture
def app(settings, registry) -> FastAPI:
    return create_app(settings, registry)


@pytest.fixture
def client(app) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def photo() -> bytes:
    return picture_bytes()


@pytest.fixture
def analysis(client, photo) -> dict:
    """A finished analysis of the photo."""
    return client.post("/api/v1/analyses", files={"image": photo}).json()
