"""Convscope for other Python programs: a client of a running server.

from convscope import Client

with Client("http://127.0.0.1:8000") as client:
    print(client.predict("photo.jpg", top_k=3))
    analysis = client.analyze("photo.jpg")
    maps = analysis.layer("conv1_1")  # float32 (C, H, W)
    analysis.export("npz", "layers.npz")
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import httpx
import numpy as np
from httpx_sse import connect_sse
from numpy.typing import NDArray

from app.workspaces.kept_key import kept_key
from engine.notebook import table

Photo = bytes | str | os.PathLike[str]
Crop = tuple[float, float, float, float]  # left, top, right, bottom, in pixels of the upright photo
ProgressCallback = Callable[[int, int], None]


class ClientError(Exception):
    """Base of all that this module raises."""


class ServerUnreachable(ClientError):
    """The server did not answer: no server listens at the address, or the connection broke."""


class RequestRefused(ClientError):
    """The server answered with a problem (RFC 9457). Its text is the problem's detail.

    ``type`` is stable ("/errors/image-too-large"); ``problem`` is the whole document;
    ``retry_after`` is in seconds.
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
    """A connection to a server. Use it as a context manager, or close it. ``timeout`` is in
    seconds; a closed server needs its ``token``. What you bring belongs to the ``workspace`` with
    that key; without one, to that of the shell (``convscope workspace``).

    Photos are paths, or the bytes of picture files. Every method raises RequestRefused or
    ServerUnreachable.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        workspace: str | None = None,
        timeout: float = 60.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        base = f"{url.rstrip('/')}/api/v1/"
        key = workspace or _kept_key()
        headers = {"Convscope-Workspace": key} if key else {}
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.Client(
            base_url=base, headers=headers, timeout=timeout, transport=transport
        )

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

    def models_add(
        self,
        model: bytes | str | os.PathLike[str],
        *,
        labels: str | Sequence[str] | None = None,
        **options: str,
    ) -> dict[str, Any]:
        """Send an ONNX file, as a path or as bytes; the model's description, with its ``id``.

        The files beside it in which it keeps its weights are sent with it, if there are such.
        ``labels``: the classes' names, or "imagenet". Options are those of POST /models: name,
        size, preset, mean, std, scale, channels, crop_mode, layout, and input:NAME, a constant for
        an input that is no photo.
        """
        path = None if isinstance(model, bytes) else Path(model)
        file = ("model", model) if path is None else (path.name, path.read_bytes())
        names = labels if labels is None or isinstance(labels, str) else "\n".join(labels)
        files: list[tuple[str, Any]] = [("file", file)]
        if names is not None:
            files.append(("labels", ("labels.txt", names.encode())))
        with _translated():
            answer = self._http.post("models", files=files, data=options)
            if path is not None and (beside := _missing_beside(answer, path)):
                files += [("data", part) for part in beside]
                answer = self._http.post("models", files=files, data=options)
            added: dict[str, Any] = _checked(answer).json()
        return added

    def models_rename(self, model: str, name: str) -> dict[str, Any]:
        """Rename an uploaded model, or a training with its networks; the model."""
        with _translated():
            answer = self._http.patch(f"models/{model}", json={"name": name})
            renamed: dict[str, Any] = _checked(answer).json()
        return renamed

    def models_delete(self, model: str) -> None:
        """Delete an uploaded model."""
        with _translated():
            _checked(self._http.delete(f"models/{model}"))

    def datasets(self) -> list[dict[str, Any]]:
        """The datasets."""
        datasets: list[dict[str, Any]] = self.get("datasets").json()["datasets"]
        return datasets

    def bring(self, archive: bytes | str | os.PathLike[str], name: str = "") -> dict[str, Any]:
        """Send a ZIP of pictures with a folder a class, as a path or as bytes; the set that the
        server keeps.
        """
        data = archive if isinstance(archive, bytes) else Path(archive).read_bytes()
        headers = {"Content-Type": "application/zip"}
        with _translated():
            answer = self._http.post(
                "datasets", content=data, params={"name": name}, headers=headers
            )
            dataset: dict[str, Any] = _checked(answer).json()
        return dataset

    def predict(
        self,
        photo: Photo,
        *,
        top_k: int = 5,
        model: str | None = None,
        crop: Crop | None = None,
        output: str | None = None,
    ) -> list[Prediction]:
        """The best classes of an output, the primary one without a name, and their scores."""
        which = {} if output is None else {"output": output}
        answer = self._send(photo, "predict", model, crop, top_k=top_k, **which)
        return [Prediction(**entry) for entry in answer.json()]

    def analyze(
        self, photo: Photo, *, model: str | None = None, crop: Crop | None = None
    ) -> Analysis:
        """Run a photo, or the part ``crop`` of it, through a network and keep every layer on the
        server for a while.
        """
        return Analysis(self, self._send(photo, "analyses", model, crop).json())

    def analysis(self, analysis_id: str) -> Analysis:
        """An analysis made before, if the server still has it."""
        return Analysis(self, self.get(f"analyses/{analysis_id}").json())

    def training_step(self, training: str, step: int | None = None, *, picture: int = 0) -> Step:
        """The step that a paused training is about to take, or the one of that number if it was
        taken just before.
        """
        which = {} if step is None else {"step": step}
        return Step(
            self, self.get(f"trainings/{training}/next-step", picture=picture, **which).json()
        )

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

    def weights(self, model: str, layer: str) -> NDArray[np.float32]:
        """A layer's weights: (K, C/groups, kh, kw) of a convolution, (K, D) of a fully connected
        layer.
        """
        name, query = _named(layer)
        return _array(self.get(f"models/{model}/layers/{name}/weights", format="npy", **query))

    def follow(self, path: str, content: Any, tick: ProgressCallback) -> dict[str, Any]:
        """POST JSON, report the progress, and return the result."""
        with _translated(), connect_sse(self._http, "POST", path, json=content) as source:
            if source.response.is_error:
                source.response.read()
            _checked(source.response)
            for message in source.iter_sse():
                if message.event != "progress":
                    return _result(message.event, message.json())
                progress = message.json()
                tick(progress["done"], progress["total"])
        raise ServerUnreachable("The server went away before the result was there.")

    def post(self, path: str, content: Any, accept: str = "application/json") -> httpx.Response:
        """POST JSON to an address below ``/api/v1/``."""
        with _translated():
            return _checked(self._http.post(path, json=content, headers={"Accept": accept}))

    def _send(
        self, photo: Photo, path: str, model: str | None, crop: Crop | None, **params: Any
    ) -> httpx.Response:
        data = photo if isinstance(photo, bytes) else Path(photo).read_bytes()
        params |= {} if model is None else {"model": model}
        params |= {} if crop is None else {"crop": ",".join(map(str, crop))}
        headers = {"Content-Type": "application/octet-stream"}
        with _translated():
            return _checked(self._http.post(path, content=data, params=params, headers=headers))


class Analysis:
    """The analysis of a photo; arrays are fetched on demand.

    ``summary`` is the JSON of POST /analyses; ``layers`` are the layers' names in order.
    """

    def __init__(self, client: Client, summary: dict[str, Any]) -> None:
        self._client = client
        self.summary = summary
        self.id: str = summary["id"]
        self.model: str = summary["model"]
        self.predictions = [Prediction(**entry) for entry in summary["predictions"]]
        self.layers: list[str] = [layer["name"] for layer in summary["layers"]]

    def __repr__(self) -> str:
        best = self.predictions[0] if self.predictions else None
        return (
            f"Analysis({self.id!r}, model={self.model!r}, layers={len(self.layers)}, best={best})"
        )

    def _repr_html_(self) -> str:
        layers = self.summary["layers"]
        rows = [(layer["name"], layer["kind"], _times(layer["shape"])) for layer in layers]
        scores = [(one.label, f"{one.score:.4f}") for one in self.predictions[:5]]
        return table(repr(self), ("class", "score"), scores) + table(
            "Layers", ("layer", "op", "shape"), rows
        )

    def layer(self, name: str) -> NDArray[np.float32]:
        """A layer's numbers: (C, H, W) for maps, (K,) for scores."""
        return _array(self._get(name, format="npy"))

    def heatmaps(self, name: str) -> bytes:
        """A layer's maps as a picture, PNG."""
        return self._get(name, format="png").content

    def explain(self, name: str, **position: int) -> dict[str, Any]:
        """Where a number came from: ``explain("conv1_1", channel=3, y=20, x=31)``, ``explain("fc1",
        unit=6)``.
        """
        why: dict[str, Any] = self._get(name, "/explain", **position).json()
        return why

    def strongest_path(self, name: str, **position: int) -> list[dict[str, Any]]:
        """The strongest path from a number back to the input; positions as for ``explain``."""
        steps: list[dict[str, Any]] = self._get(name, "/strongest-path", **position).json()["steps"]
        return steps

    def variant(self, **changes: Any) -> Analysis:
        """The same with something changed: ``variant(photo={"shift": [3, 0]}, network=[…])``, as
        POST …/variants takes it.
        """
        return Analysis(
            self._client, self._client.post(f"analyses/{self.id}/variants", changes).json()
        )

    def difference(self, to: Analysis) -> dict[str, Any]:
        """How far this analysis is from another one, in the layers that both have."""
        apart: dict[str, Any] = self._client.get(f"analyses/{self.id}/difference", to=to.id).json()
        return apart

    def training_step(self, label: str | int, **options: Any) -> Step:
        """Take one step of learning on this photo: ``training_step("cat", learning_rate=0.01)``, as
        POST …/training-step takes it.
        """
        content = {"label": label, **options}
        return Step(
            self._client, self._client.post(f"analyses/{self.id}/training-step", content).json()
        )

    def attribution(self, tick: ProgressCallback | None = None, **options: Any) -> dict[str, Any]:
        """An attribution, ``attribution(method="grad_cam", target="cat")``, with the parameters of
        POST …/attributions. ``tick(done, total)`` is called with the server's progress.
        """
        path = f"analyses/{self.id}/attributions"
        if tick is None:
            found: dict[str, Any] = self._client.post(path, options).json()
            return found
        return self._client.follow(path, options, tick)

    def overlay(self, **options: Any) -> bytes:
        """The photo as the network saw it with such a map over it, as a PNG."""
        return self._client.post(f"analyses/{self.id}/attributions", options, "image/png").content

    def export(self, kind: str, path: str | os.PathLike[str]) -> None:
        """Write every layer's numbers to a file: ``json`` or ``npz``."""
        self._client.download(f"analyses/{self.id}/export", Path(path), format=kind)

    def _get(self, layer: str, resource: str = "", **params: Any) -> httpx.Response:
        name, query = _named(layer)
        return self._client.get(f"analyses/{self.id}/layers/{name}{resource}", **query, **params)


class Step:
    """One training step; arrays are fetched on demand. ``summary`` is the JSON of
    GET /steps/{id}.
    """

    def __init__(self, client: Client, summary: dict[str, Any]) -> None:
        self._client = client
        self.summary = summary
        self.id: str = summary["id"]
        self.layers: list[str] = [layer["name"] for layer in summary["layers"]]

    def __repr__(self) -> str:
        return f"Step({self.id!r}, layers={len(self.layers)})"

    def values(self, layer: str, *, picture: int = 0, of: str = "value") -> NDArray[np.float32]:
        """One picture's numbers of a layer: its ``value``, the ``gradient`` of it, or the value
        ``after`` the step.
        """
        return _array(self._get("values", layer, "", picture=picture, of=of, format="npy"))

    def parameter(self, layer: str, name: str, *, of: str = "before") -> NDArray[np.float32]:
        """A parameter's numbers: ``before``, its ``gradient``, ``step``, ``after``, or the
        optimiser's memory.
        """
        return _array(self._get("parameters", layer, f"/{name}", of=of, format="npy"))

    def explain(self, layer: str, *, picture: int = 0, **position: int) -> dict[str, Any]:
        """Where a number of the forward pass came from."""
        return self._ask("explain", layer, "", picture=picture, **position)

    def gradient(self, layer: str, name: str, *index: int, limit: int = 100) -> dict[str, Any]:
        """The chain rule of one number of a parameter: ``gradient("conv1_1", "weight", 3, 0, 1,
        1)``.
        """
        return self._ask("gradient", layer, f"/{name}", index=_comma(index), limit=limit)

    def activation_gradient(
        self, layer: str, *, picture: int = 0, limit: int = 100, **position: int
    ) -> dict[str, Any]:
        """The chain rule of one number of a layer."""
        return self._ask("activation-gradient", layer, "", picture=picture, limit=limit, **position)

    def update(self, layer: str, name: str, *index: int) -> dict[str, Any]:
        """What the step did to one number of a parameter, with the formulas."""
        return self._ask("update", layer, f"/{name}", index=_comma(index))

    def _ask(self, resource: str, layer: str, parameter: str, **params: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self._get(resource, layer, parameter, **params).json()
        return answer

    def _get(self, resource: str, layer: str, parameter: str, **params: Any) -> httpx.Response:
        name, query = _named(layer)
        return self._client.get(f"steps/{self.id}/{resource}/{name}{parameter}", **query, **params)


def _kept_key() -> str | None:
    """The shell's key; None where it cannot be kept: then the address counts, again and again the
    same.
    """
    try:
        return kept_key()
    except OSError:
        return None


def _named(layer: str) -> tuple[str, dict[str, str]]:
    """A layer's name as a path segment, or «-» and the name in the query where proxies or libraries
    would decode or normalise the path.
    """
    if re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*", layer):
        return layer, {}
    return "-", {"layer": layer}


def _times(shape: Sequence[int]) -> str:
    return " × ".join(map(str, shape))


def _comma(index: tuple[int, ...]) -> str:
    return ",".join(map(str, index))


def _missing_beside(answer: httpx.Response, model: Path) -> list[tuple[str, bytes]]:
    """The weight files that the server reports as missing, from the model's own folder only."""
    try:
        problem = answer.json() if answer.is_client_error else {}
    except ValueError:
        return []
    missing = problem.get("missing", ()) if isinstance(problem, dict) else ()
    names = [name for name in missing if isinstance(name, str) and Path(name).name == name]
    paths = [model.parent / name for name in names]
    return [(path.name, path.read_bytes()) for path in paths if path.is_file()]


def _array(answer: httpx.Response) -> NDArray[np.float32]:
    array: NDArray[np.float32] = np.load(io.BytesIO(answer.content), allow_pickle=False)
    return array


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


def _result(event: str, content: dict[str, Any]) -> dict[str, Any]:
    """The last event of a stream: a result, or the problem that came in its place."""
    if event == "problem":
        raise RequestRefused(content["status"], content, None)
    return content


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
