"""Convscope for other Python programs: a client of a running server.

from app.client import Client

with Client("http://127.0.0.1:8000") as client:
    print(client.predict("photo.jpg", top_k=3))
    analysis = client.analyze("photo.jpg")
    maps = analysis.layer("conv1_1")  # float32 (C, H, W)
    analysis.export("npz", "layers.npz")
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import httpx
import numpy as np
from numpy.typing import NDArray

Photo = bytes | str | os.PathLike[str]


class ClientError(Exception):
    """Base of all that this module raises."""


class ServerUnreachable(ClientError):
    """No answer came: nobody listens there, or the connection broke."""


class RequestRefused(ClientError):
    """The server answered with a problem (RFC 9457). Its text is the problem's detail.

    ``type`` is stable ("/errors/image-too-large"); ``problem`` is the whole document; ``retry_after`` is in seconds.
    """

    def __init__(self, status: int, problem: dict[str, Any], retry_after: int | None) -> None:
        super().__init__(problem.get("detail") or problem.get("title") or f"HTTP status {status}")
        self.status = status
        self.problem = problem
        self.type = str(problem.get("type", "about:blank"))
        self.retry_after = retry_after


class Prediction(NamedTuple):
    """A class and its score."""

    label: str
    score: float


class Client:
    """A connection to a server. Use it as a context manager, or close it. ``timeout`` is in seconds.

    Photos are paths, or the bytes of picture files. Every method raises RequestRefused or ServerUnreachable.
    """

    def __init__(
        self, url: str, *, timeout: float = 60.0, transport: httpx.BaseTransport | None = None
    ) -> None:
        base = f"{url.rstrip('/')}/api/v1/"
        self._http = httpx.Client(base_url=base, timeout=timeout, transport=transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def models(self) -> list[dict[str, Any]]:
        """The models on offer."""
        models: list[dict[str, Any]] = self.get("models").json()["models"]
        return models

    def predict(
        self, photo: Photo, *, top_k: int = 5, model: str | None = None
    ) -> list[Prediction]:
        """The best classes and their scores."""
        answer = self._send(photo, "predict", model, top_k=top_k)
        return [Prediction(**entry) for entry in answer.json()]

    def analyze(self, photo: Photo, *, model: str | None = None) -> Analysis:
        """Run a photo through a network and keep every layer on the server for a while."""
        return Analysis(self, self._send(photo, "analyses", model).json())

    def analysis(self, analysis_id: str) -> Analysis:
        """An analysis made before, if the server still has it."""
        return Analysis(self, self.get(f"analyses/{analysis_id}").json())

    def health(self) -> dict[str, Any]:
        """Raises unless the server is ready to take photos."""
        status: dict[str, Any] = self.get("health/ready").json()
        return status

    def get(self, path: str, **params: Any) -> httpx.Response:
        """GET an address below ``/api/v1/``."""
        with _translated():
            return _checked(self._http.get(path, params=params))

    def download(self, path: str, target: Path, **params: Any) -> None:
        """GET an address below ``/api/v1/`` into a file, without holding it in memory."""
        with _translated(), self._http.stream("GET", path, params=params) as answer:
            if answer.is_error:
                answer.read()
            _checked(answer)
            with target.open("wb") as file:
                for chunk in answer.iter_bytes():
                    file.write(chunk)

    def _send(self, photo: Photo, path: str, model: str | None, **params: Any) -> httpx.Response:
        data = photo if isinstance(photo, bytes) else Path(photo).read_bytes()
        params |= {} if model is None else {"model": model}
        headers = {"Content-Type": "application/octet-stream"}
        with _translated():
            return _checked(self._http.post(path, content=data, params=params, headers=headers))


class Analysis:
    """What a network made of a photo; arrays are fetched when they are asked for.

    ``summary`` is the JSON of POST /analyses; ``layers`` are the layers' names in order.
    """

    def __init__(self, client: Client, summary: dict[str, Any]) -> None:
        self._client = client
        self.summary = summary
        self.id: str = summary["id"]
        self.model: str = summary["model"]
        self.predictions = [Prediction(**entry) for entry in summary["predictions"]]
        self.layers: list[str] = [layer["name"] for layer in summary["layers"]]

    def layer(self, name: str) -> NDArray[np.float32]:
        """A layer's numbers: (C, H, W) for maps, (K,) for scores."""
        content = self._client.get(self._path(name), format="npy").content
        array: NDArray[np.float32] = np.load(io.BytesIO(content), allow_pickle=False)
        return array

    def heatmaps(self, name: str) -> bytes:
        """A layer's maps as a picture, PNG."""
        return self._client.get(self._path(name), format="png").content

    def explain(self, name: str, **position: int) -> dict[str, Any]:
        """Where a number came from: ``explain("conv1_1", channel=3, y=20, x=31)``, ``explain("fc1", unit=6)``."""
        why: dict[str, Any] = self._client.get(f"{self._path(name)}/explain", **position).json()
        return why

    def export(self, kind: str, path: str | os.PathLike[str]) -> None:
        """Write every layer's numbers to a file: ``json`` or ``npz``."""
        self._client.download(f"analyses/{self.id}/export", Path(path), format=kind)

    def _path(self, name: str) -> str:
        return f"analyses/{self.id}/layers/{name}"


@contextmanager
def _translated() -> Iterator[None]:
    """What httpx raises, in this module's words."""
    try:
        yield
    except httpx.InvalidURL as error:
        raise ServerUnreachable(f"That is not an address: {error}") from None
    except httpx.TransportError as error:
        raise ServerUnreachable(
            f"No answer from the server: {str(error) or type(error).__name__}"
        ) from None


def _checked(answer: httpx.Response) -> httpx.Response:
    if answer.is_success:
        return answer
    retry_after = answer.headers.get("retry-after", "")
    is_problem = answer.headers.get("content-type", "").startswith("application/problem+json")
    raise RequestRefused(
        answer.status_code,
        answer.json() if is_problem else {"title": f"The server answered {answer.status_code}"},
        int(retry_after) if retry_after.isdecimal() else None,
    )
