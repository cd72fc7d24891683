"""Uploaded networks: kept in memory within a byte budget, and deleted when unused."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from app.errors import (
    ClientGone,
    ModelFixed,
    Overloaded,
    OversizedModel,
    TimeLimit,
    UnknownModel,
)
from app.execution.executor import WorkExecutor
from app.execution.fair_pool import sender
from app.execution.turns import Parts, Turns
from app.models.loading import limits_of
from app.models.options import ModelUpload, content_of
from app.models.reading import make_ready, read_apart
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
from engine import inspection
from engine.cost import cost
from engine.execution import give_back
from engine.network import Network

_AT_ONCE = 16  # models on their way, from the first byte on: half of them one workspace's
_MOST = 500  # models: copies that differ in their photos share the numbers, and take few bytes
# The part of an analysis's time that a network's run on a photo may take.
_RUN = 0.3
_FULL = 300  # seconds until others' models may have gone

# A network's graph in memory: bytes a node, but for those that every network has, which are few
# beside its numbers.
_NODE = 3000
_PLAIN = 32

_Blocks = Mapping[int, int]  # arrays of numbers, and graphs: id and bytes


@dataclass
class _Entry:
    """A network, the bytes of its numbers, what it holds in memory before it is run, when it was
    used last, where it came from, and whose it is.
    """

    network: Network
    nbytes: int
    blocks: _Blocks
    used: float
    provenance: Provenance
    owner: str


class UploadedModels:
    """Uploaded models, up to ``max_bytes`` and a number; a model expires after ``seconds`` without
    use. Thread-safe; to keep one may take a while. ``clock`` gives the time in seconds.

    A workspace that holds more than its part of bytes or number (``quotas``) makes room first:
    nobody can drive out what others have brought by bringing more.
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
        # Held for moments only, as the event loop waits for it.
        self._lock = threading.Lock()
        self._keeping = threading.Lock()

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

    def owners(self) -> set[str]:
        """The workspaces that have models here."""
        with self._lock:
            return {own.owner for own in self._entries.values()}

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
        blocks = _blocks(network)
        provenance = Provenance(origin=origin, created=time.time(), dataset=None, title=title)
        self._quotas.hold(owner, sender.get().address)
        with self._keeping:
            with self._lock:
                gone = self._sweep()
                entries = dict(self._entries)
            # With what layers have derived from their numbers since: when they were first run.
            kept: dict[str, tuple[_Blocks, str]] = {
                key: ({**own.blocks, **own.network.derived_blocks}, own.owner)
                for key, own in entries.items()
            }
            too_many = self._too_many(kept, model, blocks, owner)
            with self._lock:
                for one in (*too_many, model):
                    self._entries.pop(one, None)
                self._entries[model] = _Entry(
                    network, nbytes, blocks, self._clock(), provenance, owner
                )
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

    def _too_many(
        self, kept: dict[str, tuple[_Blocks, str]], model: str, blocks: _Blocks, owner: str
    ) -> list[str]:
        """Those of the ``kept`` models that have to go for one more. Raises Overloaded."""
        kept.pop(model, None)
        kept[model] = (blocks, owner)  # the last one used
        held = _Holdings(kept, self._quotas, self._max_bytes)
        gone = []
        while held.are_too_much and len(kept) > 1:
            excess = held.excess()
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
            held.remove(*kept.pop(found[0]))
            gone.append(found[0])
        return gone

    def _sweep(self) -> list[str]:
        over = [model for model, own in self._entries.items() if self._is_over(own)]
        for model in over:
            del self._entries[model]
        return over

    def _is_over(self, own: _Entry) -> bool:
        return self._clock() > own.used + self._seconds


def _blocks(network: Network) -> _Blocks:
    """What a network holds in memory. Its graph counts, too: it may have thousands of nodes and
    hardly a number.
    """
    return network.blocks | {id(network): _NODE * max(0, len(network.nodes) - _PLAIN)}


class _Total:
    """Models together. Arrays that several share, being the same but for their photos, count
    once.
    """

    def __init__(self) -> None:
        self.models = self.nbytes = 0
        self._holders: Counter[int] = Counter()

    def add(self, blocks: _Blocks) -> None:
        self.models += 1
        self.nbytes += sum(size for block, size in blocks.items() if not self._holders[block])
        self._holders.update(blocks.keys())

    def remove(self, blocks: _Blocks) -> None:
        self.models -= 1
        self._holders.subtract(blocks.keys())
        self.nbytes -= sum(size for block, size in blocks.items() if not self._holders[block])

    def exceeds(self, max_bytes: float, part: float = 1) -> bool:
        return self.nbytes > part * max_bytes or self.models > part * _MOST


class _Holdings:
    """What is held, by all and by those whom a quota binds together."""

    def __init__(
        self, kept: Mapping[str, tuple[_Blocks, str]], quotas: Quotas, max_bytes: int
    ) -> None:
        self._max_bytes = max_bytes
        self._all = _Total()
        owners = {owner for _, owner in kept.values()}
        together: defaultdict[frozenset[str], _Total] = defaultdict(_Total)
        # What binds an owner, the tightest first; and the totals to which an owner's models count.
        self._bound: dict[str, list[tuple[float, _Total]]] = {}
        self._totals: defaultdict[str, list[_Total]] = defaultdict(list)
        for owner in owners:
            bound = [(quota.part, together[quota.owners & owners]) for quota in quotas.of(owner)]
            self._bound[owner] = bound
        for group, total in together.items():
            for owner in group:
                self._totals[owner].append(total)
        for blocks, owner in kept.values():
            for total in (self._all, *self._totals[owner]):
                total.add(blocks)

    @property
    def are_too_much(self) -> bool:
        return self._all.exceeds(self._max_bytes)

    def excess(self) -> dict[str, int]:
        """By owner, as Quotas.excess says."""
        return {owner: self._rank(bound) for owner, bound in self._bound.items()}

    def _rank(self, bound: list[tuple[float, _Total]]) -> int:
        ranks = (
            rank
            for rank, (part, total) in zip((2, 1), bound, strict=False)
            if total.exceeds(self._max_bytes, part)
        )
        return next(ranks, 0)

    def remove(self, blocks: _Blocks, owner: str) -> None:
        for total in (self._all, *self._totals[owner]):
            total.remove(blocks)


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
        self._under_way = Parts("models", _AT_ONCE)
        self._turns = Turns("models")

    @contextmanager
    def admitted(self) -> Iterator[None]:
        """In this block a model is received, and then added. Raises Overloaded and
        TooManyRequests.
        """
        self._executor.refuse_when_full()
        with self._under_way.admitted():
            make_ready()
            yield

    async def add(self, upload: ModelUpload, owner: str = NOBODY) -> tuple[str, list[str]]:
        """Keep a model for its ``owner``: its id, and those that had to go for it.

        Raises Overloaded while others are read for too long, and what ``read_apart`` and
        ``UploadedModels.keep`` raise.
        """
        async with self._turns.turn(self._settings.model_time_limit):
            return await self._read(upload, owner)

    async def _read(self, upload: ModelUpload, owner: str) -> tuple[str, list[str]]:
        network, layers, content = await self._read_apart(upload)
        self._registry.note_layers(network, layers)
        model = self._provider.id_of(content, owner)
        gone = await self._executor.run(lambda _: self._keep(model, network, owner))
        return model, gone

    def _keep(self, model: str, network: Network, owner: str) -> list[str]:
        gone = self._provider.keep(model, network, owner=owner)
        if gone:
            give_back()
        return gone

    async def _read_apart(
        self, upload: ModelUpload
    ) -> tuple[Network, list[inspection.LayerInfo], str]:
        """The network, its layers, and what it is made from. A thread only waits for the process
        that reads, so it is none of those that compute.
        """
        limits, limit = limits_of(self._settings), self._settings.model_time_limit
        longest = _RUN * self._settings.time_limit
        stopped = threading.Event()

        def check() -> None:
            if stopped.is_set():
                raise ClientGone("Nobody waits for this any more.")

        try:
            # Sizes are limited before; this is for what they should have stopped.
            async with asyncio.timeout(limit):
                read, content = await asyncio.gather(
                    asyncio.to_thread(read_apart, upload, limits, longest, check),
                    asyncio.to_thread(content_of, *upload),
                )
                return *read, content
        except TimeoutError:
            raise TimeLimit(
                f"Reading the model was stopped after {limit:g} s, the server's limit.",
                limit=limit,
            ) from None
        finally:
            stopped.set()
