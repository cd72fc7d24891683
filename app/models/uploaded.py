"""Uploaded networks: kept in memory within a byte budget, and deleted when unused."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from app.errors import ModelFixed, Overloaded, OversizedModel, TimeLimit, UnknownModel
from app.execution.executor import Check, WorkExecutor
from app.execution.turns import Turns
from app.models.loading import limits_of, read_model
from app.models.options import ModelUpload, content_of
from app.models.registry import (
    FORGOTTEN,
    UPLOADED_PREFIX,
    Origin,
    Provenance,
    Registry,
    Retention,
)
from app.settings import Settings
from app.workspaces.ids import IdMaker
from app.workspaces.quotas import Quotas
from app.workspaces.workspace import NOBODY
from engine.cost import cost
from engine.network import Network

_AT_ONCE = 16  # models on their way, from the first byte on: half of them one workspace's
_FULL = 300  # seconds until others' models may have gone


@dataclass
class _Entry:
    """A network, the bytes of its numbers, when it was used last, where it came from, and whose it
    is.
    """

    network: Network
    nbytes: int
    used: float
    provenance: Provenance
    owner: str


class UploadedModels:
    """Uploaded models, up to ``max_bytes``; a model expires after ``seconds`` without use.
    Thread-safe. ``clock`` gives the time in seconds.

    A workspace that holds more than its part of the bytes (``quotas``) makes room first: nobody can
    drive out what others have brought by bringing more.
    """

    def __init__(
        self,
        max_bytes: int,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
        ids: IdMaker | None = None,
        quotas: Quotas | None = None,
    ) -> None:
        self._max_bytes = max_bytes
        self._quotas = quotas or Quotas()
        self._seconds = seconds
        self._clock = clock
        self._ids = ids or IdMaker()
        self._entries: OrderedDict[str, _Entry] = OrderedDict()  # the least recently used first
        self._lock = threading.Lock()

    def ids(self) -> list[str]:
        """The models, the newest or last used at the end."""
        with self._lock:
            return [model for model, own in self._entries.items() if not self._is_over(own)]

    def find(self, model: str) -> Network | None:
        """A model; None for one that is not here, or not any more."""
        with self._lock:
            own = self._entries.get(model)
            return None if own is None or self._is_over(own) else own.network

    def use(self, model: str) -> None:
        """Restart the expiry of a model."""
        with self._lock:
            own = self._entries.get(model)
            if own is not None and not self._is_over(own):
                own.used = self._clock()
                self._entries.move_to_end(model)

    def retention(self, model: str) -> Retention | None:
        """How long a model is kept, and what it takes."""
        with self._lock:
            own = self._entries.get(model)
            if own is None:
                return None
            left = max(0.0, own.used + self._seconds - self._clock())
            return Retention(uploaded=True, bytes=own.nbytes, expires_in=round(left, 1))

    def provenance(self, model: str) -> Provenance | None:
        """Where a model came from, and what it is called."""
        with self._lock:
            own = self._entries.get(model)
            return None if own is None else own.provenance

    def owner(self, model: str) -> str | None:
        """The workspace of a model; None for one that is not here."""
        with self._lock:
            own = self._entries.get(model)
            return None if own is None or self._is_over(own) else own.owner

    def of(self, owner: str) -> list[str]:
        """The models of a workspace."""
        return [model for model in self.ids() if self.owner(model) == owner]

    def id_of(self, content: str, owner: str = NOBODY) -> str:
        """The id of what a workspace brings: each has its own copy of the same content. Short, for
        tables: to others it opens nothing.
        """
        return f"{UPLOADED_PREFIX}{self._ids.derive('model', owner, content)[:12]}"

    def rename(self, model: str, title: str) -> None:
        """Call a model something else. Raises UnknownModel, and ModelFixed for one that was not
        uploaded.
        """
        with self._lock:
            self._entry(model).provenance["title"] = title

    def keep(
        self,
        model: str,
        network: Network,
        origin: Origin = "uploaded",
        title: str | None = None,
        owner: str = NOBODY,
    ) -> list[str]:
        """Store a model; returns the ids that were evicted for it. Raises OversizedModel for a
        model above ``max_bytes``, and Overloaded where only others' models could make room.
        """
        nbytes = cost(network).parameter_bytes
        if nbytes > self._max_bytes:
            raise OversizedModel(
                f"The model's numbers take {nbytes:,} bytes; this server keeps at most "
                f"{self._max_bytes:,}.",
                limit=self._max_bytes,
                actual=nbytes,
                more={"what": "kept_bytes"},
            )
        with self._lock:
            gone = self._sweep()
            too_many = self._too_many(model, network, owner)
            for one in too_many:
                del self._entries[one]
            self._entries.pop(model, None)
            provenance = Provenance(origin=origin, created=time.time(), dataset=None, title=title)
            self._entries[model] = _Entry(network, nbytes, self._clock(), provenance, owner)
            return gone + too_many

    def delete(self, model: str) -> None:
        """Delete a model. Raises UnknownModel, and ModelFixed for one that was not uploaded."""
        with self._lock:
            self._entry(model)
            del self._entries[model]

    def sweep(self) -> list[str]:
        """Delete expired models; returns their ids."""
        with self._lock:
            return self._sweep()

    def _entry(self, model: str) -> _Entry:
        if not model.startswith(UPLOADED_PREFIX):
            raise ModelFixed(
                f"{model!r} was not brought by anybody, so it stays as it is. Models that can be "
                f"renamed and deleted begin with {UPLOADED_PREFIX!r}."
            )
        own = self._entries.get(model)
        if own is None or self._is_over(own):
            raise UnknownModel(f"There is no model {model!r}. {FORGOTTEN}")
        return own

    def _too_many(self, model: str, network: Network, owner: str) -> list[str]:
        """The models that have to go for one more. Raises Overloaded."""
        kept = {key: (own.network, own.owner) for key, own in self._entries.items()}
        kept.pop(model, None)
        kept[model] = (network, owner)  # the last one used
        gone = []
        while _bytes_of(known for known, _ in kept.values()) > self._max_bytes:
            excess = {whose: self._excess(whose, kept) for _, whose in kept.values()}
            most = max(excess.values())
            found = [
                key for key, (_, whose) in kept.items() if key != model and excess[whose] == most
            ]
            if excess[owner]:  # whoever brings too much makes room before others who hold too much
                found.sort(key=lambda key: kept[key][1] != owner)
            if not found:
                raise Overloaded(
                    "The models that others have brought leave no room for this one. Unused ones "
                    "go with time: try again later, or bring a smaller one.",
                    retry_after=_FULL,
                )
            del kept[found[0]]
            gone.append(found[0])
        return gone

    def _excess(self, owner: str, kept: dict[str, tuple[Network, str]]) -> int:
        def held(owners: Container[str]) -> int:
            return _bytes_of(network for network, whose in kept.values() if whose in owners)

        return self._quotas.excess(owner, held, self._max_bytes)

    def _sweep(self) -> list[str]:
        over = [model for model, own in self._entries.items() if self._is_over(own)]
        for model in over:
            del self._entries[model]
        return over

    def _is_over(self, own: _Entry) -> bool:
        return self._clock() > own.used + self._seconds


def _bytes_of(networks: Iterable[Network]) -> int:
    """Bytes of the numbers of networks; what several share, being the same but for their photos,
    counts once.
    """
    arrays = (a for m in networks for a in (*m.parameters().values(), *m.buffers().values()))
    return sum({id(array): array.nbytes for array in arrays}.values())


class ModelReader:
    """Takes model files in: several may arrive at a time, one is read after the other. Use it from
    one event loop.
    """

    def __init__(
        self,
        settings: Settings,
        provider: UploadedModels,
        executor: WorkExecutor,
        registry: Registry,
    ) -> None:
        self._settings = settings
        self._registry = registry
        self._provider = provider
        self._executor = executor
        self._turns = Turns("models", _AT_ONCE)

    @contextmanager
    def admitted(self) -> Iterator[None]:
        """In this block a model is received, and then added. Raises Overloaded and
        TooManyRequests.
        """
        self._executor.refuse_when_full()
        with self._turns.admitted():
            yield

    async def add(self, upload: ModelUpload, owner: str = NOBODY) -> tuple[str, list[str]]:
        """Keep a model for its ``owner``: its id, and those that had to go for it.

        Raises Overloaded while others are read for too long, and what ``read_model`` and
        ``UploadedModels.keep`` raise.
        """
        async with self._turns.turn(self._settings.model_time_limit):
            return await self._read(upload, owner)

    async def _read(self, upload: ModelUpload, owner: str) -> tuple[str, list[str]]:
        limits = limits_of(self._settings)
        data, options, external = upload

        def read(check: Check) -> tuple[str, Network]:
            network = read_model(data, options, limits, check, external)
            self._registry.describe(network, check)  # what takes too long is not offered
            return content_of(data, options, external), network

        try:
            # Sizes are limited before; this is for what they should have stopped.
            content, network = await self._executor.run(read, self._settings.model_time_limit)
        except TimeLimit as error:
            raise TimeLimit(
                f"Reading the model was stopped after {error.limit:g} s, the server's limit.",
                limit=error.limit,
            ) from None
        model = self._provider.id_of(content, owner)
        return model, self._provider.keep(model, network, owner=owner)
