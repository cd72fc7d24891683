"""Convscope's REST API without a network: the app of this checkout, with nothing of this
machine's.
"""

from __future__ import annotations

import io
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np

from app.http.application import create_app
from app.settings import Settings
from tests.replay import wire

with warnings.catch_warnings():
    # Starlette would like its test client on httpx2, which does nothing more here than httpx.
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient

_TIME_LIMIT = 900.0  # seconds; a busy machine takes its time
_POLL = 0.02  # seconds


class Api:
    """Requests by the paths of ``wire``; an answer that is no success raises."""

    def __init__(self, client: TestClient) -> None:
        self._client = client

    def get(self, path: str, query: dict[str, Any] | None = None, **parts: object) -> Any:
        return self._asked("GET", path, parts, params=query).json()

    def wait_for_answer(self, path: str, **parts: object) -> Any:
        """The JSON of a GET, once it is given: a process that learns needs a moment to save what it
        is asked about.
        """
        end = time.monotonic() + _TIME_LIMIT
        while not (answer := self._sent("GET", path, parts)).is_success:
            if time.monotonic() > end:
                raise TimeoutError(f"GET {answer.url.path}: {answer.status_code} {answer.text}")
            time.sleep(_POLL)
        return answer.json()

    def get_or_refusal(self, path: str, query: dict[str, Any], **parts: object) -> Any:
        """The same, or the status with which it is refused."""
        answer = self._sent("GET", path, parts, params=query)
        return answer.json() if answer.is_success else answer.status_code

    def post(self, path: str, content: Any = None, **parts: object) -> Any:
        """With a body of JSON."""
        return self._asked("POST", path, parts, json=content).json()

    def send(
        self, path: str, data: bytes, query: dict[str, Any] | None = None, **parts: Any
    ) -> Any:
        """With the bytes of a file."""
        headers = {"Content-Type": "application/octet-stream"}
        return self._asked("POST", path, parts, content=data, params=query, headers=headers).json()

    def array(self, path: str, query: dict[str, Any] | None = None, **parts: object) -> Any:
        """An .npy, or the arrays of an .npz."""
        answer = self._asked("GET", path, parts, params=query)
        found = np.load(io.BytesIO(answer.content))
        return found if isinstance(found, np.ndarray) else dict(found)

    def forget(self, model: str) -> None:
        """A model that was sent, and its analyses."""
        self._asked("DELETE", wire.MODEL, {"id": model})

    def wait(self, run: str, holds: Callable[[Any], bool]) -> Any:
        """A training, once something holds of it."""
        end = time.monotonic() + _TIME_LIMIT
        while not holds(now := self.get(wire.TRAINING, id=run)):
            if time.monotonic() > end:
                raise TimeoutError(f"the training is {now[wire.STATUS]!r}")
            time.sleep(_POLL)
        return now

    def _asked(self, method: str, path: str, parts: dict[str, object], **more: Any) -> Any:
        answer = self._sent(method, path, parts, **more)
        if not answer.is_success:
            raise RuntimeError(f"{method} {answer.url.path}: {answer.status_code} {answer.text}")
        return answer

    def _sent(self, method: str, path: str, parts: dict[str, object], **more: Any) -> Any:
        where = path.format(**{key: quote(str(part), safe="") for key, part in parts.items()})
        return self._client.request(method, wire.API + where, **more)


@contextmanager
def api(folder: Path) -> Iterator[Api]:
    """An app of its own, which keeps its files in the folder."""
    settings = Settings(
        allowed_hosts="testserver",  # as which TestClient asks
        workers=1,
        time_limit=_TIME_LIMIT,
        trainings_dir=str(folder / "trainings"),
        models_dir=str(folder / "models"),
    )
    with TestClient(create_app(settings), base_url="http://localhost") as client:
        yield Api(client)
