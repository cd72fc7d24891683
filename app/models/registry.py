"""Model id → network, loaded once, frozen, and shared by every request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, Protocol, TypedDict
from weakref import WeakKeyDictionary

from cachetools import LRUCache

import engine
from app.errors import UnknownModel
from app.execution.loading import LoadingCache
from app.workspaces.workspace import EVERYBODY
from engine import inspection, zoo
from engine.errors import EngineError
from engine.network import Network

DEFAULT_MODEL = "everyday"

UPLOADED_PREFIX = "own-"  # how the ids of models begin that people bring
FORGOTTEN = (
    "A model that somebody brings belongs to the browser or shell that brought it; its owner can share it by a link. Such "
    "models are forgotten when nobody uses them for long, when others need the room, or when the server restarts; send the "
    "file again, and it gets the same id."
)

_REMEMBERED = 16  # networks from providers' files in memory

# A file and when it was written: what lies there may be replaced.
_Version = tuple[Path, int]


class Retention(TypedDict):
    """How a model is kept: whether somebody brought it, its ``bytes`` in memory, and after how many
    seconds without use it goes.
    """

    uploaded: bool
    bytes: int | None
    expires_in: float | None


_SHIPPED = Retention(uploaded=False, bytes=None, expires_in=None)

Origin = Literal["shipped", "folder", "uploaded", "changed", "trained"]


class Provenance(TypedDict):
    """Where a model came from and when (seconds since 1970), and what it is called now: ``title``
    is None where that is what its file says. ``dataset`` is the name of what it was trained on
    here.
    """

    origin: Origin
    created: float | None
    dataset: str | None
    title: str | None


SHIPPED = Provenance(origin="shipped", created=None, dataset=None, title=None)


class ModelProvider(Protocol):
    """Where models come and go while the server runs. Its methods are called from any thread."""

    def ids(self) -> list[str]:
        """The models that are listed."""

    def find(self, model: str) -> Path | Network | None:
        """A model, listed or not: its file, or the network itself; None if it is unknown."""

    def use(self, model: str) -> None:
        """Take note that somebody uses a model, if it is here."""

    def retention(self, model: str) -> Retention | None:
        """How a model that somebody brought is kept; None for one that nobody did, or that is not
        here.
        """

    def provenance(self, model: str) -> Provenance | None:
        """Where a model came from; None for one that is not here."""

    def owner(self, model: str) -> str | None:
        """Whose a model is; None for one that is not here."""


class Registry:
    """The models that a server offers. Safe to use from any thread."""

    def __init__(self, loaders: Mapping[str, Callable[[], Network]], default: str) -> None:
        self.default = default
        self._loaders = dict(loaders)
        self._providers: list[ModelProvider] = []
        self._networks: LoadingCache[str, Network] = LoadingCache({})
        self._layers: WeakKeyDictionary[Network, list[inspection.LayerInfo]] = WeakKeyDictionary()
        self._found: LoadingCache[_Version, Network] = LoadingCache(LRUCache(_REMEMBERED))

    @classmethod
    def of_zoo(cls) -> Registry:
        """The networks that ship."""
        return cls({name: _zoo_loader(name) for name in zoo.names()}, DEFAULT_MODEL)

    def add(self, provider: ModelProvider) -> None:
        """Offer a provider's models, too, after all others."""
        self._providers.append(provider)

    @property
    def ids(self) -> list[str]:
        """Every model's id, the default first."""
        fixed = sorted(self._loaders, key=lambda name: (name != self.default, name))
        return [*fixed, *(name for provider in self._providers for name in provider.ids())]

    def get(self, model: str | None = None) -> Network:
        """A model by its id, the default without one, to be used. The first call loads it. Raises
        UnknownModel.
        """
        name = model or self.default
        self.use(name)
        return self.peek(name)

    def at_hand(self, model: str) -> Network | None:
        """A model that ships and is in memory: to be had without waiting for any file."""
        return self._networks.peek(model)

    def use(self, model: str) -> None:
        """Take note that somebody uses a model: those that people bring go when nobody does."""
        for provider in self._providers:
            provider.use(model)

    def peek(self, name: str) -> Network:
        """A model without using it. Raises UnknownModel."""
        if name not in self._loaders:
            return self._get_from_provider(name)
        return self._networks.get(name, lambda: self._loaders[name]().freeze())

    def layers(
        self, model: str, check: Callable[[], None] | None = None
    ) -> list[inspection.LayerInfo]:
        """What is known of a model's layers without running it. Raises UnknownModel. ``check`` may
        raise to stop.
        """
        return self.describe(self.get(model), check)

    def describe(
        self, network: Network, check: Callable[[], None] | None = None
    ) -> list[inspection.LayerInfo]:
        """The same of a network that need not be offered yet. ``check`` may raise to stop."""
        known = self._layers.get(network)
        if known is None:
            known = self._layers[network] = inspection.describe_layers(network, check)
        return known

    def note_layers(self, network: Network, layers: list[inspection.LayerInfo]) -> None:
        """What is known of a network's layers need not be found out again."""
        self._layers[network] = layers

    def retention(self, model: str) -> Retention:
        """How a model is kept. What ships, and what is learned here, is not brought and stays."""
        return next(
            (k for provider in self._providers if (k := provider.retention(model))), _SHIPPED
        )

    def provenance(self, model: str) -> Provenance:
        """Where a model came from."""
        found = (provider.provenance(model) for provider in self._providers)
        return next((one for one in found if one), SHIPPED)

    def owner(self, model: str) -> str | None:
        """Whose a model is: a workspace's, nobody's or everybody's; None for one that is not
        here.
        """
        if model in self._loaders:
            return EVERYBODY
        found = (provider.owner(model) for provider in self._providers)
        return next((one for one in found if one is not None), None)

    def check(self, model: str) -> None:
        """Raises UnknownModel for one that is not here any more."""
        if self.owner(model) is None:
            raise self.unknown(model)

    def unknown(self, model: str) -> UnknownModel:
        """What is said of a model that is not here, or not for whoever asks."""
        if model.startswith(UPLOADED_PREFIX):
            return UnknownModel(f"There is no model {model!r}. {FORGOTTEN}")
        offered = ", ".join(name for name in self.ids if self.owner(name) == EVERYBODY)
        return UnknownModel(f"There is no model {model!r}. There is: {offered}.")

    def forget_files(self, folder: Path) -> None:
        """Let go of the networks that were read from files below a folder."""
        self._found.forget(lambda version: version[0].is_relative_to(folder))

    def title(self, model: str) -> str:
        """What a model is called: as somebody renamed it, as its file says, or its id. Raises
        UnknownModel.
        """
        title = self.provenance(model)["title"]
        return title if title is not None else self.peek(model).meta.get("title", model)

    @property
    def loaded(self) -> bool:
        """Whether the default model is in memory."""
        return self.default in self._networks

    def _get_from_provider(self, model: str) -> Network:
        found = next((f for provider in self._providers if (f := provider.find(model))), None)
        if isinstance(found, Network):
            return found
        if found is None:
            raise self.unknown(model)
        try:
            version = (found, found.stat().st_mtime_ns)
            return self._found.get(version, lambda: engine.load(found))
        except FileNotFoundError:  # it went away in this moment
            raise self.unknown(model) from None
        except OSError as error:
            raise UnknownModel(
                f"The file of the model {model!r} cannot be read: {error.strerror}."
            ) from None
        except EngineError as error:
            raise UnknownModel(
                f"The file of the model {model!r} cannot be read: {error}."
            ) from None


def _zoo_loader(name: str) -> Callable[[], Network]:
    return lambda: engine.load(name)
