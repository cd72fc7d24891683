"""Where the shell gets its answers: from this process, or from a server. Both have one face."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any, Protocol

import orjson

from app.analyses import attributions, serializers
from app.analyses.analysis import Analysis, analyze, predict
from app.client import Crop, Prediction, ProgressCallback
from app.encoding.arrays import heatmaps_png, json_bytes
from app.http.schemas.attributions import AttributionRequest
from app.images.decoding import Limits
from app.models.external_data import read_beside
from app.models.folder import ModelFolder
from app.models.loading import limits_of, read_model
from app.models.options import content_of, parse_options
from app.models.registry import Registry
from app.models.uploaded import UploadedModels
from app.settings import Settings
from engine.network import Network


class AnalysisHandle(Protocol):
    """An analysis: app.client.Analysis, or the one below."""

    predictions: list[Prediction]
    layers: list[str]

    def heatmaps(self, name: str) -> bytes:
        """A layer's maps as a picture, PNG."""

    def attribution(self, tick: ProgressCallback | None = None, **options: Any) -> dict[str, Any]:
        """An attribution, in the form of POST …/attributions."""

    def overlay(self, **options: Any) -> bytes:
        """The photo as the network saw it with such a map over it, as a PNG."""

    def export(self, kind: str, path: str | os.PathLike[str]) -> None:
        """Write every layer's numbers to a file: ``json`` or ``npz``."""


class Backend(Protocol):
    """What the shell's commands call: app.client.Client, or LocalBackend below."""

    def models(self) -> list[dict[str, Any]]:
        """The models on offer."""

    def models_add(self, model: Path, **options: str) -> dict[str, Any]:
        """Upload a model for the lifetime of this backend; its description, with its ``id``."""

    def predict(
        self,
        photo: bytes,
        *,
        top_k: int = 5,
        model: str | None = None,
        crop: Crop | None = None,
        output: str | None = None,
    ) -> list[Prediction]:
        """The best classes of an output, the primary one without a name, and their scores."""

    def analyze(
        self, photo: bytes, *, model: str | None = None, crop: Crop | None = None
    ) -> AnalysisHandle:
        """Every layer of a photo."""


class LocalBackend:
    """Computes in this process, by the same functions as the server."""

    def __init__(self, settings: Settings, registry: Registry | None = None) -> None:
        self._registry = registry or Registry.of_zoo()
        self._settings = settings
        self._limits = Limits(settings.max_image_bytes, settings.max_image_pixels)
        self._own = UploadedModels(settings.max_models_bytes, math.inf)
        for provider in (ModelFolder(settings), self._own):
            self._registry.add(provider)

    def models(self) -> list[dict[str, Any]]:
        """The models on offer."""
        return serializers.model_list(self._registry, lambda: None)

    def models_add(self, model: Path, **options: str) -> dict[str, Any]:
        """Load a model for the lifetime of this process; its description, with its ``id``."""
        data, parsed, limits = model.read_bytes(), parse_options(options), limits_of(self._settings)
        external = read_beside(model, data, limits.max_bytes)
        added = self._own.id_of(content_of(data, parsed, external))
        self._own.keep(added, read_model(data, parsed, limits, external=external))
        return serializers.model(self._registry, added)

    def network(self, model: str) -> Network:
        """A model's network. Raises UnknownModel."""
        return self._registry.get(model)

    def predict(
        self,
        photo: bytes,
        *,
        top_k: int = 5,
        model: str | None = None,
        crop: Crop | None = None,
        output: str | None = None,
    ) -> list[Prediction]:
        """The best classes of an output, the primary one without a name, and their scores."""
        scores = predict(self._registry.get(model), photo, self._limits, crop=crop, output=output)
        return [Prediction(*score) for score in scores[:top_k]]

    def analyze(
        self, photo: bytes, *, model: str | None = None, crop: Crop | None = None
    ) -> AnalysisHandle:
        """Every layer of a photo."""
        name = model or self._registry.default
        network = self._registry.get(name)
        return _LocalAnalysis(analyze(name, network, photo, self._limits, crop=crop))


class _LocalAnalysis:
    """An analysis made in this process."""

    def __init__(self, done: Analysis) -> None:
        self._done = done
        self.predictions = [Prediction(*score) for score in done.predictions]
        self.layers = [layer.name for layer in done.layers]

    def heatmaps(self, name: str) -> bytes:
        return heatmaps_png(self._done.values(name), name)

    def attribution(self, tick: ProgressCallback | None = None, **options: Any) -> dict[str, Any]:
        found = attributions.present(self._done, self._ask(options, tick))
        # As in the API's JSON: lists instead of arrays.
        content: dict[str, Any] = orjson.loads(json_bytes(found))
        return content

    def overlay(self, **options: Any) -> bytes:
        return attributions.overlay(self._done, self._ask(options, None))

    def _ask(self, options: dict[str, Any], tick: ProgressCallback | None) -> attributions.Answer:
        asked = AttributionRequest(**options).task()
        return attributions.answer(self._done, asked, tick or (lambda done, total: None))

    def export(self, kind: str, path: str | os.PathLike[str]) -> None:
        with Path(path).open("wb") as file:
            file.writelines(serializers.export(self._done, kind))
