"""Model id → network, loaded once, frozen, and shared by every request."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

import engine
from app.errors import UnknownModel
from engine import views, zoo
from engine.network import Network

DEFAULT_MODEL = "everyday"


class Registry:
    """The models that a server offers. Safe to use from any thread."""

    def __init__(self, loaders: Mapping[str, Callable[[], Network]], default: str) -> None:
        self.default = default
        self._loaders = dict(loaders)
        self._networks: dict[str, Network] = {}
        self._layers: dict[str, list[views.LayerInfo]] = {}
        self._lock = threading.Lock()

    @classmethod
    def of_zoo(cls) -> Registry:
        """The networks that ship."""
        return cls({name: _zoo_loader(name) for name in zoo.names()}, DEFAULT_MODEL)

    @property
    def ids(self) -> list[str]:
        """Every model's id, the default first."""
        return sorted(self._loaders, key=lambda name: (name != self.default, name))

    def get(self, model: str | None = None) -> Network:
        """A model by its id, the default without one. The first call loads it. Raises UnknownModel."""
        name = model or self.default
        if name not in self._loaders:
            raise UnknownModel(f"There is no model {name!r}. There is: {', '.join(self.ids)}.")
        with self._lock:
            if name not in self._networks:
                self._networks[name] = self._loaders[name]().freeze()
            return self._networks[name]

    def layers(self, model: str) -> list[views.LayerInfo]:
        """What is known of a model's layers without running it. Raises UnknownModel."""
        network = self.get(model)
        if model not in self._layers:
            self._layers[model] = views.describe_layers(network)
        return self._layers[model]

    @property
    def loaded(self) -> bool:
        """Whether the default model is in memory."""
        return self.default in self._networks


def _zoo_loader(name: str) -> Callable[[], Network]:
    return lambda: engine.load(name)
