"""What each output of a network is: derived from its graph, its names and its shape, and said in a
sentence.

A file says what its numbers are called at most, never what they mean. So the rules go from what is
certain to what is likely, the first that fits counts, and ``reason`` tells which one it was:

| an output | is taken for | |---|---| | of whole numbers (behind ArgMax) | map where it has rows
and columns, else tokens, unknown for a single one | | that is rows of 4 numbers, rows beside such,
or named so | boxes | | that is rows of cells of grids (``detectors.py``) | boxes | | with rows and
columns | image where it is a picture of the input's kind, else map | | with two axes, softmax along
one of them, or one of a row of maps | tokens | | that is the largest numbers in their order (TopK)
| numbers | | that is a list with as many names as somebody gave | classes; multilabel behind
sigmoids; binary where it is one number | | that is a list behind softmax or its logarithm | classes
| | … behind sigmoid | binary where it is one number, else multilabel | | … that adds up to one on
pictures, or whose exp does | classes | | … that cannot leave 0 … 1 | binary where it is one number,
else multilabel | | … behind tanh, or named after angles, points, features | numbers | | … that
another output is computed from | numbers: features | | … of one raw number | numbers, binary where
it is called a logit | | … of 128 and more raw numbers in multiples of 64, or divided by their
length | numbers: a feature vector | | … beside another output that has an activation, or boxes |
numbers | | … alone, of three raw numbers, or as many as the usual points of a face have | numbers |
| … of other raw numbers | classes, whose scores softmax turns into probabilities | | anything else
| unknown |
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING, Literal

from engine.ops import Add, Div, Mul, ReduceSum, Sqrt, Sub, Tanh, TopK
from engine.outputs.detectors import find_detectors
from engine.outputs.graph import Graph
from engine.outputs.info import Activation, Form, OutputInfo, OutputKind
from engine.outputs.intervals import stays_within_one
from engine.outputs.maps import channels_of, describe_map, is_map, is_sequence, symbols_of
from engine.outputs.names import hint_of, speaks_of_logits
from engine.outputs.observe import observed
from engine.outputs.walk import Head, covers, head_of, is_integer
from engine.types import Shape

if TYPE_CHECKING:
    from engine.network import Network
    from engine.trace import Trace

# The order in which kinds are chosen as the primary output.
_RANK: tuple[OutputKind, ...] = (
    *("classes", "binary", "multilabel", "boxes", "map", "image", "tokens", "numbers", "unknown"),
)
_FEATURES_FROM, _FEATURES_STEP = (
    128,
    64,
)  # lengths of feature vectors, which raw class scores rarely have


def describe(
    network: Network, check: Callable[[], None] | None = None, blank: Trace | None = None
) -> tuple[OutputInfo, ...]:
    """The description of every output, in the file's order; exactly one is primary.

    Where the graph does not tell, pictures are run: ``check`` may raise to stop that, and ``blank``
    spares the first run, that on zeros.
    """
    graph = Graph(network)
    work = _Describing(graph, network.labels or (), check, blank)
    infos = [work.describe(name) for name in network.outputs]
    best = min(range(len(infos)), key=lambda i: (*_rank(infos[i]), i)) if infos else 0
    return tuple(replace(info, primary=i == best) for i, info in enumerate(infos))


def label_counts(network: Network) -> list[int]:
    """How many names the network could take, the most fitting first; none where it has nothing to
    name.
    """
    graph = Graph(network)
    counts = [n for name in network.outputs for n in _countable(graph, name)]
    return list(dict.fromkeys(counts))


def _rank(info: OutputInfo) -> tuple[int, bool, bool]:
    return _RANK.index(info.kind), info.labels is None, info.form in ("logits", "values")


def is_list(shape: Shape) -> bool:
    """Whether one picture's value has a single axis that is longer than one."""
    return max(shape, default=1) == prod(shape)


def _countable(graph: Graph, name: str) -> list[int]:
    shape = graph.shape(name)
    if is_integer(graph, name):
        return []
    if is_list(shape):
        size = prod(shape)
        return [2 if size == 1 else size]
    if is_map(graph, name):
        count = channels_of(graph, name, head_of(graph, name))
        return [2 if count == 1 else count]
    rows = [size for size in shape if size > 1]
    if (
        len(rows) == 2
    ):  # of a detector with or without «is there anything», or symbols with or without the blank
        short = min(rows)
        return [n for n in (short - 4, short - 5, short, max(rows), max(rows) - 1) if n > 0]
    return []


@dataclass
class _Describing:
    """The outputs of one network, one by one; what is true of all of them is found out once."""

    graph: Graph
    labels: tuple[str, ...]
    check: Callable[[], None] | None
    blank: Trace | None

    def __post_init__(self) -> None:
        outputs = self.graph.network.outputs
        self.heads = {name: head_of(self.graph, name) for name in outputs}
        self.detectors = find_detectors(self.graph, outputs)
        self.leads_on = _leading_on(self.graph, self.heads)
        self.forms = self._observed()

    def _observed(self) -> Mapping[str, Form]:
        open_ones = [
            name
            for name, head in self.heads.items()
            if head.activation is None
            and name not in self.detectors
            and is_list(self.graph.shape(name))
            and self.graph.size(name) > 1
            and not is_integer(self.graph, name)
        ]
        return observed(self.graph.network, open_ones, self.check, self.blank)

    def describe(self, name: str) -> OutputInfo:
        shape, head = self.graph.shape(name), self.heads[name]
        if self.graph.op(name) is None:
            return self._info(name, "unknown", "It is the network's own input.")
        if is_integer(self.graph, name):
            return self._whole(name, shape)
        if name in self.detectors:
            return self._boxes(name, shape, self.detectors[name])
        if is_list(shape):
            return self._list(name, prod(shape), head)
        if is_map(self.graph, name) and not is_sequence(self.graph, name, head):
            kind, reason = describe_map(self.graph, name, head)
            count = channels_of(self.graph, name, head) if kind == "map" else 0
            return self._info(name, kind, reason, count, self._named(count, one_is_two=True))
        if is_sequence(self.graph, name, head):
            count = symbols_of(self.graph, name, head)
            reason = "It has a score for each symbol at each place of a sequence."
            return self._info(name, "tokens", reason, count, self._named(count, count - 1))
        if prod(shape) <= _FEW or min(shape) <= _POINT:
            return self._info(
                name, "numbers", f"It is {_sizes(shape)} numbers, as points and matrices are."
            )
        return self._info(name, "unknown", f"Nothing tells what its {_sizes(shape)} numbers mean.")

    def _whole(self, name: str, shape: Shape) -> OutputInfo:
        what = "the number of whatever has the largest score"
        if is_map(self.graph, name) or len([size for size in shape if size > 1]) == 2:
            return self._info(name, "map", f"It is {what} at each place.")
        if prod(shape) > 1:
            return self._info(name, "tokens", f"It is {what} at each place of a sequence.")
        return self._info(name, "unknown", f"It is {what}, not the scores themselves.")

    def _boxes(self, name: str, shape: Shape, reason: str) -> OutputInfo:
        short = min((size for size in shape if size > 1), default=1)
        count = next((n for n in (short - 4, short - 5, short) if n == len(self.labels)), 0)
        return self._info(name, "boxes", reason, count, self._named(count))

    def _list(self, name: str, size: int, head: Head) -> OutputInfo:
        return (
            self._sorted(name, size)
            or self._activated(name, size, head)
            or self._shown_by_pictures(name, size, head)
            or self._bounded(name, size, head)
            or self._raw(name, size, head)
        )

    def _is_named(self, size: int) -> bool:
        """Whether there are as many labels as the vector has elements."""
        return len(self.labels) == (2 if size == 1 else size)

    def _speaks_of_numbers(self, name: str, size: int) -> bool:
        return hint_of(name) in ("numbers", "boxes") and not self._is_named(size)

    def _sorted(self, name: str, size: int) -> OutputInfo | None:
        """The best numbers in their order: which class each of them is of changes with the
        picture.
        """
        if not isinstance(self.graph.op(self.graph.bare(name)), TopK):
            return None
        reason = f"It is the {size:,} largest numbers in their order, whichever those are."
        return self._info(name, "numbers", reason)

    def _activated(self, name: str, size: int, head: Head) -> OutputInfo | None:
        """A list behind a softmax, its logarithm, or sigmoids."""
        if head.activation == "softmax":
            if self.graph.size(head.logits) == 1:
                return self._info(name, "unknown", "A softmax over one number is always 1.")
            if not covers(self.graph, head):
                reason = "Several softmaxes lie side by side in it: several answers, not one."
                return self._info(name, "unknown", reason)
            if size == 1:
                reason = "It is one of a softmax's numbers: the probability of that class."
                return self._classes(name, "binary", 2, head, reason)
            return self._classes(name, "classes", size, head, "Its numbers come out of a softmax.")
        if head.activation == "sigmoid" and not self._speaks_of_numbers(name, size):
            if size == 1:
                reason = "It is one sigmoid: the probability of yes."
                return self._classes(name, "binary", 2, head, reason)
            reason = f"It is {size:,} sigmoids, each a yes or no of its own."
            return self._classes(name, "multilabel", size, head, reason)
        return None

    def _shown_by_pictures(self, name: str, size: int, head: Head) -> OutputInfo | None:
        """A vector that sums to one for every image, or whose exponentials do, by an unrecognised
        graph.
        """
        form = self.forms.get(name)
        if form == "probabilities":
            reason = "Its numbers add up to one on every picture that was tried."
            return self._classes(name, "classes", size, replace(head, form=form), reason)
        if form == "log_probabilities":
            reason = (
                "Its numbers are logarithms: their exp adds up to one on every picture that was "
                "tried."
            )
            found = replace(head, form=form, activation="softmax")
            return self._classes(name, "classes", size, found, reason)
        return None

    def _bounded(self, name: str, size: int, head: Head) -> OutputInfo | None:
        """A vector within 0 … 1 for every image."""
        if head.activation or self._speaks_of_numbers(name, size):
            return None
        if not stays_within_one(self.graph, name):
            return None
        found = replace(head, form="probabilities")
        if size == 1:
            reason = "It is one number that stays between 0 and 1."
            return self._classes(name, "binary", 2, found, reason)
        reason = f"It is {size:,} numbers that stay between 0 and 1, and do not add up to one."
        return self._classes(name, "multilabel", size, found, reason)

    def _raw(self, name: str, size: int, head: Head) -> OutputInfo:
        """Any other vector: by its labels, its name, and what is computed from it."""
        onwards = self.leads_on.get(name)
        activation: Activation = onwards if onwards in ("softmax", "sigmoid") else "softmax"
        if size == 1:
            activation = "sigmoid"
        kind: OutputKind = "multilabel" if activation == "sigmoid" else "classes"
        count = max(size, 2)
        why_not = self._no_classes(name, size, head)
        if self._is_named(size):
            reason = (
                f"There are {count:,} names for it, so it is taken for raw scores, of which the "
                f"{activation} is taken."
            )
        elif why_not is not None:
            return self._info(name, "numbers", why_not)
        elif onwards == activation:
            reason = f"Another output is its {activation}."
        elif size == 1:
            reason = "It is one number that is called a logit, of which the sigmoid is taken."
        else:
            reason = (
                f"It is a list of {size:,} raw numbers, taken for scores of classes as most are; "
                "the file does not say."
            )
        raw = replace(head, activation=activation, form="logits")
        return self._classes(name, "binary" if size == 1 else kind, count, raw, reason)

    def _no_classes(self, name: str, size: int, head: Head) -> str | None:
        """Why a raw list without names is rather numbers than classes."""
        hint = hint_of(name) or hint_of(f"/{self.graph.label(head.last)}")
        if self.leads_on.get(name) in ("softmax", "sigmoid"):
            return None
        if head.activation is not None or hint in ("numbers", "boxes", "features"):
            return "Its name speaks of numbers, not of classes."
        if _ends_in_tanh(self.graph, head.last):
            return "Its numbers come out of a tanh, as angles and coordinates do."
        if self.leads_on.get(name) == "features":
            return "Another output is computed from it, so it is that one's features."
        if _has_unit_length(self.graph, head.last):
            return "Its numbers are divided by their length, as those of a feature vector are."
        if hint != "classes" and self._is_answered_by_others(name):
            return (
                "Another output is an answer by its own; nothing says that this one's numbers are "
                "scores."
            )
        if size == 1 and not speaks_of_logits(name):
            return "It is one number that is no probability."
        if hint != "classes" and size >= _FEATURES_FROM and size % _FEATURES_STEP == 0:
            return (
                f"It is {size:,} raw numbers, as feature vectors have; with names it is taken for "
                "classes."
            )
        if hint != "classes" and size in _POINTS and len(self.heads) == 1:
            return (
                f"It is {size:,} raw numbers, as {_POINTS[size]} are; with names it is taken for "
                "classes."
            )
        return None

    def _is_answered_by_others(self, name: str) -> bool:
        """Whether some other output has an activation, or is a detector's."""
        others = [other for other in self.heads if other != name]
        return any(self.heads[o].activation is not None or o in self.detectors for o in others)

    def _classes(
        self, name: str, kind: OutputKind, count: int, head: Head, reason: str
    ) -> OutputInfo:
        return self._info(name, kind, reason, count, self._named(count), head)

    def _named(self, *counts: int, one_is_two: bool = False) -> tuple[str, ...] | None:
        """The names, if they are as many as that."""
        fits = len(self.labels) in counts or (
            one_is_two and counts == (1,) and len(self.labels) == 2
        )
        return self.labels if self.labels and fits else None

    def _info(
        self,
        name: str,
        kind: OutputKind,
        reason: str,
        count: int = 0,
        labels: tuple[str, ...] | None = None,
        head: Head | None = None,
    ) -> OutputInfo:
        head = head or self.heads[name]
        return OutputInfo(
            name=name,
            kind=kind,
            shape=self.graph.shape(name),
            classes=count,
            labels=labels,
            logits=head.logits,
            activation=head.activation,
            form=head.form,
            reason=reason,
            order=head.order,
        )


# Lengths of raw lists that are rarely scores.
_POINTS = {
    3: "three angles or a point",
    136: "68 points of a face",
    212: "106 points of a face",
    63: "21 points of a hand in space",
    1404: "468 points of a face in space",
}
_FEW = 64  # numbers with two axes that are a matrix or a handful of points
_POINT = 3  # numbers of a point


def _has_unit_length(graph: Graph, name: str) -> bool:
    """Whether numbers are divided by the root of a sum: x / √Σ x²."""
    if not isinstance(graph.op(name), Div):
        return False
    root = graph.guarded(graph.operands(name)[1])
    if not isinstance(graph.op(root), Sqrt):
        return False
    return isinstance(graph.op(graph.guarded(graph.inputs(root)[0])), ReduceSum)


def _ends_in_tanh(graph: Graph, name: str) -> bool:
    """Whether numbers come out of a tanh, stretched and shifted by constants or not."""
    while isinstance(graph.op(name), Add | Sub | Mul | Div):
        found = graph.with_constant(name)
        if found is None:
            return False
        name = graph.bare(found[0])
    return isinstance(graph.op(name), Tanh)


def _leading_on(
    graph: Graph, heads: Mapping[str, Head]
) -> dict[str, Activation | Literal["features"]]:
    """The outputs that others are computed from: those that go into another's activation, with
    that; "features" all others.
    """
    bits = {name: 1 << i for i, name in enumerate(heads)}
    reached: dict[str, int] = {}
    for node in reversed(graph.network.nodes):
        onwards = reached.get(node.name, 0) | bits.get(node.name, 0)
        for name in node.inputs:
            reached[name] = reached.get(name, 0) | onwards
    logits = {graph.bare(h.logits): h.activation for h in heads.values() if h.activation}
    return {
        name: logits.get(graph.bare(name)) or "features" for name in heads if reached.get(name, 0)
    }


def _sizes(shape: Shape) -> str:
    return " × ".join(map(str, shape))
