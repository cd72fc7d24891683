"""The attribution target: the one score that every method traces back to the pixels."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from math import prod

import numpy as np

from engine.errors import AttributionError
from engine.network import Network
from engine.outputs import OutputInfo, answers, logit_of
from engine.trace import Trace
from engine.types import Array

ProgressCallback = Callable[[int, int], None]

# So many pictures run together that what a pass holds of them takes that much. Fewer are slower (a
# product of few rows, a Python call for few numbers), more are not faster.
BATCH_BYTES = 192 << 20
MOST_PICTURES = 32
PASSING = 4  # of the largest value: values and gradients that are about to be let go
_DIGITS = 12  # of a number that is sent as text


@dataclass(frozen=True, eq=False)
class AttributionTarget:
    """One score of one picture.

    - ``trace``: the network's run on that picture, (1, C, H, W);
    - ``baseline`` (1, C, H, W): the baseline image;
    - ``output`` is asked about, and of it ``unit``: a class, or for other kinds a number, all of
      them counted through;
    - ``tick(done, total)`` is called before, between and after pieces of work, and may raise to
      stop it.
    """

    network: Network
    trace: Trace
    baseline: Array
    output: OutputInfo
    unit: int
    tick: ProgressCallback

    @property
    def value(self) -> str:
        """The name of the value that the score is in."""
        return self.output.logits

    @property
    def input(self) -> str:
        """The name of the value that holds the picture."""
        return next(iter(self.network.inputs))

    @property
    def x(self) -> Array:
        """The picture (1, C, H, W)."""
        return self.trace[self.input]

    @property
    def size(self) -> tuple[int, int]:
        """The picture's (H, W)."""
        height, width = self.x.shape[2:]
        return height, width

    def scores(self, pictures: Array) -> Array:
        """The score of each of the pictures (N, C, H, W): (N,)."""
        return self.read(self.run(pictures, saves=False))

    def run(self, pictures: Array, *, saves: bool) -> Trace:
        """A trace of the pictures that holds the scores, and with ``saves`` what their gradients
        read: little memory, most of which is used again while it is in the cache.
        """
        return self.network.forward(pictures, only_values=[self.value], saves=saves)

    def read(self, trace: Trace) -> Array:
        """The scores (N,) in a trace."""
        values = self._counted(trace)
        parts = logit_of(self.output, self.unit, values.shape[1])
        (place, weight), *others = parts
        scores: Array = values[:, place] * values.dtype.type(weight)
        for place, weight in others:
            scores = scores + values[:, place] * values.dtype.type(weight)
        return scores

    def probability(self, trace: Trace) -> Array:
        """What the output itself says of the unit (N,): its probability where it is a class."""
        return answers(self.output, trace)[:, self.unit]

    def gradients(self, trace: Trace, values: Collection[str]) -> dict[str, Array]:
        """dscore/dvalue of each picture in a trace; zeros for a value that the score does not
        depend on.
        """
        logits = trace[self.value]
        slope = np.zeros(logits.shape, logits.dtype)  # in the order that units count in
        rows = slope.reshape(len(self._counted(trace)), -1)
        for place, weight in logit_of(self.output, self.unit, rows.shape[1]):
            rows[:, place] = weight
        found = self.network.backward(trace, {self.value: slope}, only_values=values).values
        return {value: found.get(value, np.zeros_like(trace[value])) for value in values}

    def _counted(self, trace: Trace) -> Array:
        """The logits (N, K), counted through."""
        return trace[self.value].reshape(len(trace[self.input]), -1)

    def batches(self, count: int) -> Iterator[slice]:
        """``range(count)`` in slices of as many pictures as are run together, with a tick after
        each.
        """
        return in_batches(count, batch_size(self.network, self.x.dtype), self.tick)


def make_target(
    network: Network,
    x: Array | Trace,
    target: int | str | None,
    baseline: Array | None,
    tick: ProgressCallback | None,
    output: str | None = None,
) -> AttributionTarget:
    """The question about the picture ``x`` (1, C, H, W), or about the one that a trace of the
    network is of.

    ``output``: its name, or None for the network's answer. ``target``: a unit of it, a label, or
    None for the class with the highest probability (the largest number, where it has none). Raises
    AttributionError for an output or target that does not exist, for more than one picture, and for
    a network that does not take one.
    """
    shapes = list(network.inputs.values())
    if len(shapes) != 1 or len(shapes[0]) != 3:
        raise AttributionError("pixels can be asked about only where a network takes one picture")
    picture = x[next(iter(network.inputs))] if isinstance(x, Trace) else x
    if picture.shape != (1, *shapes[0]):
        expected = ", ".join(map(str, (1, *shapes[0])))
        raise AttributionError(f"one picture ({expected}) is expected, got {picture.shape}")
    if baseline is not None and baseline.shape not in (picture.shape, picture.shape[1:]):
        raise AttributionError(f"a baseline has the picture's shape, got {baseline.shape}")
    blank = np.zeros_like(picture)
    if baseline is not None:
        blank = baseline.astype(picture.dtype).reshape(picture.shape)
    info = _output(network, output)
    trace = x if isinstance(x, Trace) else network.forward(x)
    unit = _unit(info, answers(info, trace)[0], target)
    return AttributionTarget(network, trace, blank, info, unit, tick or _silent)


def _output(network: Network, name: str | None) -> OutputInfo:
    if name is None:
        return network.answer
    try:
        return network.output_info(name)
    except KeyError:
        there_is = ", ".join(repr(output) for output in network.outputs)
        raise AttributionError(
            f"this network has no output {name!r}; there is: {there_is}"
        ) from None


def batch_size(network: Network, dtype: np.dtype[np.generic]) -> int:
    """How many pictures run through the network together: one, where it takes no more."""
    if not network.runs_in_batches:
        return 1
    sizes = {name: prod(shape) for name, shape in network.shapes().items()}
    read = sum(sizes[node.name] for node in network.nodes if not node.op.gradient_by_shape)
    numbers = read + PASSING * max(sizes.values())
    return max(1, min(MOST_PICTURES, BATCH_BYTES // (numbers * dtype.itemsize)))


def in_batches(count: int, size: int, tick: ProgressCallback) -> Iterator[slice]:
    """``range(count)`` in slices of at most ``size``; ``tick`` hears of the beginning and of every
    slice that is done.
    """
    tick(0, count)
    for start in range(0, count, size):
        stop = min(start + size, count)
        yield slice(start, stop)
        tick(stop, count)


def _unit(output: OutputInfo, scores: Array, target: int | str | None) -> int:
    if target is None:
        return int(scores.argmax())
    labels = output.labels if output.is_classifying else None
    if isinstance(target, str) and labels is None and target.isdecimal() and target.isascii():
        target = int(target[:_DIGITS])  # without names, a class is called by its number
    if isinstance(target, str):
        if target not in (labels or ()):
            raise AttributionError(f"the output {output.name!r} knows no class {target!r}")
        assert labels is not None
        return labels.index(target)
    if not 0 <= target < scores.size:
        raise AttributionError(
            f"the output {output.name!r} has the scores 0 to {scores.size - 1}, so there is no "
            f"score {target}"
        )
    return int(target)


def _silent(done: int, total: int) -> None:
    """A progress callback that does nothing."""
