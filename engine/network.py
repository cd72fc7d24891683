"""A network: a directed acyclic graph of named values, run forwards and backwards."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Any

import numpy as np

from engine import layouts, notebook
from engine.display import ValueLayout
from engine.errors import GraphError, ShapeError
from engine.execution import BackwardPass, Executor, FusableNode
from engine.execution.memory import blocks
from engine.ops import Op
from engine.outputs import OutputInfo, describe
from engine.preprocess import Preprocess
from engine.trace import Trace
from engine.types import Array, Shape

# What follows from ops and numbers, and is found out again by a copy.
_FOLLOWING = ("digest", "multiply_adds", "layouts", "runs_in_batches", "_executor")


@dataclass(frozen=True)
class Node:
    """One step: the op, the names of the values it reads, and its name, which is also that of the
    value it makes.

    ``label`` is what the model's file calls the step, where that is something else.
    """

    name: str
    op: Op
    inputs: tuple[str, ...]
    label: str = ""


@dataclass(frozen=True)
class Gradients:
    """``values``: value name → dLoss/dvalue. ``params``: "node.parameter" → dLoss/dparameter."""

    values: dict[str, Array] = field(default_factory=dict)
    params: dict[str, Array] = field(default_factory=dict)


class Network:
    """Nodes in an order in which they can be computed. Immutable, but for the parameters that a
    trainer updates.

    - ``inputs``: input name → shape without the batch axis, (C, H, W);
    - ``outputs``: names of the values that are the answer;
    - ``labels``: what the classes are called, ``preprocess``: how a photo becomes the input,
      ``meta``: the model card;
    - ``dtypes``: the inputs that a file declares to be integers (input name → NumPy's name of the
      type). They are run in float32 as all others, but say which numbers are meant: pixels as they
      are in a file.

    Raises GraphError when the nodes do not form a network, ShapeError when a layer does not fit the
    one before.
    """

    def __init__(
        self,
        nodes: Iterable[Node],
        *,
        inputs: Mapping[str, Shape],
        outputs: Sequence[str],
        labels: Sequence[str] | None = None,
        preprocess: Preprocess | None = None,
        name: str = "",
        meta: Mapping[str, Any] | None = None,
        dtypes: Mapping[str, str] | None = None,
    ) -> None:
        self.inputs = {key: tuple(shape) for key, shape in inputs.items()}
        self.outputs = tuple(outputs)
        self.nodes = _in_order(tuple(nodes), set(self.inputs))
        self.labels = None if labels is None else tuple(labels)
        self.preprocess = preprocess
        self.name = name
        self.meta = dict(meta or {})
        self.dtypes = dict(dtypes or {})
        self._by_name = {node.name: node for node in self.nodes}
        self._shapes: dict[int, dict[str, Shape]] = {}
        for output in self.outputs:
            if output not in self._by_name and output not in self.inputs:
                raise GraphError(f"the output {output!r} is made by no node")
        self.shapes()  # a layer that does not fit is refused here, not in the middle of a photo

    def __repr__(self) -> str:
        return notebook.network_text(self)

    def _repr_html_(self) -> str:
        return notebook.network_html(self)

    def __getstate__(self) -> dict[str, Any]:
        """A copy may be changed, so it finds out by itself what follows from ops and numbers."""
        own = {k: v for k, v in self.__dict__.items() if k not in _FOLLOWING}
        return own | {"_shapes": {}}

    def node(self, name: str) -> Node:
        """The node that makes the value of that name. Raises KeyError."""
        return self._by_name[name]

    @cached_property
    def output_infos(self) -> tuple[OutputInfo, ...]:
        """The meaning of each output. Where the graph leaves it open, up to three images are run;
        copies of the network reuse the result.
        """
        return describe(self)

    @property
    def answer(self) -> OutputInfo:
        """The output that stands for the network where only one can: the one marked as primary."""
        return next(info for info in self.output_infos if info.primary)

    @property
    def logits(self) -> str:
        """The value that holds the scores of the answer: what goes into its softmax or sigmoid, or
        else the output itself.
        """
        return self.answer.logits

    def output_info(self, name: str) -> OutputInfo:
        """The description of an output. Raises KeyError for an unknown name."""
        for info in self.output_infos:
            if info.name == name:
                return info
        raise KeyError(name)

    @cached_property
    def _executor(self) -> Executor:
        return Executor(self.nodes)

    @cached_property
    def multiply_adds(self) -> int:
        """Of a run on one picture."""
        shapes = self.shapes()
        return sum(n.op.multiply_adds(*(shapes[i] for i in n.inputs)) for n in self.nodes)

    @cached_property
    def layouts(self) -> dict[str, ValueLayout]:
        """Value name → what its axes are, and how it is shown."""
        shapes = self.shapes()
        found = layouts.layouts(self.nodes, self.inputs, shapes)
        return {name: ValueLayout(letters, shapes[name]) for name, letters in found.items()}

    @cached_property
    def runs_in_batches(self) -> bool:
        """Whether a batch gives each image the result that it has alone. False where a file fixes
        the batch size or mixes images: all values must grow with the batch size as their layouts
        say.
        """
        alone = self.shapes()
        try:
            together = self.shapes(2)
        except ShapeError:
            return False
        if any(self.layouts[name].batch_axis != 0 for name in self.outputs):
            return False
        for name, layout in self.layouts.items():
            axis = 0 if layout.batch_axis is None else layout.batch_axis
            sizes = alone[name]
            grown = (*sizes[:axis], 2 * sizes[axis], *sizes[axis + 1 :]) if sizes else sizes
            fixed = layout.batch_axis is None and together[name] == sizes
            if together[name] != grown and not (fixed and name in self._constant):
                return False
        return True

    @cached_property
    def _constant(self) -> set[str]:
        """The values that depend on no input."""
        found: set[str] = set()
        for node in self.nodes:
            if all(name in found for name in node.inputs):
                found.add(node.name)
        return found

    def shapes(self, n: int = 1) -> dict[str, Shape]:
        """Value name → shape, for a batch of ``n``."""
        if n not in self._shapes:
            self._shapes[n] = self._inferred(n)
        return dict(self._shapes[n])

    def _inferred(self, n: int) -> dict[str, Shape]:
        known: dict[str, Shape] = {key: (n, *shape) for key, shape in self.inputs.items()}
        for node in self.nodes:
            try:
                known[node.name] = node.op.infer_shape(*(known[i] for i in node.inputs))
            except ShapeError as error:
                raise ShapeError(f"layer {node.name!r} ({node.op.op_type}): {error}") from None
        return known

    def parameters(self) -> dict[str, Array]:
        """Under "node.parameter" the array itself, which a trainer updates in place."""
        return {f"{n.name}.{key}": a for n in self.nodes for key, a in n.op.params.items()}

    def buffers(self) -> dict[str, Array]:
        """Under "node.buffer" the array itself: state without a gradient (running statistics)."""
        return {f"{n.name}.{key}": a for n in self.nodes for key, a in n.op.buffers.items()}

    @property
    def blocks(self) -> dict[int, int]:
        """The memory of all parameters and buffers, and of what frozen ops keep that is derived
        from them: the id of each block → its bytes. Two networks may share some.
        """
        return blocks(self.parameters(), self.buffers()) | self.derived_blocks

    @property
    def derived_blocks(self) -> dict[int, int]:
        """That of what is derived alone."""
        return blocks([kept for node in self.nodes if (kept := node.op.memoized)])

    def forward(
        self,
        x: Array | Mapping[str, Array],
        *,
        train: bool = False,
        only_values: Collection[str] | None = None,
        saves: bool = True,
        check: Callable[[], None] | None = None,
    ) -> Trace:
        """Run on ``x``: float (N, C, H, W), preprocessed, or a mapping of input name → array.

        With ``only_values`` (explaining) the trace has these values, inputs and outputs alone, and
        holds of the others what the backward pass to them reads; without ``saves`` not even that.
        ``check`` is called before every node and may raise to stop the work (a time limit, a client
        that went away). Raises ShapeError when x does not have the network's input shape.
        """
        bound = self._bind(x)
        if only_values is None:
            run = self._executor.run(bound, train=train, check=check)
        else:
            kept = {*only_values, *self.inputs, *self.outputs}
            run = self._executor.run_for(bound, kept, saves=saves, check=check)
        return Trace(run.values, self.outputs, run.caches, run.seconds)

    def rerun(self, trace: Trace, of: Network, *, check: Callable[[], None] | None = None) -> Trace:
        """The run on the input of ``trace``, which was made by ``of``: the same graph, but for some
        ops (``replaced``).

        Only what comes after such an op is computed; other values are those of ``trace`` itself and
        cost no time.
        """

        def reuse(node: FusableNode, reads: list[Array]) -> tuple[Array, Any] | None:
            same = (value is trace[i] for value, i in zip(reads, node.inputs, strict=True))
            if node.op is not of.node(node.name).op or not all(same):
                return None
            return trace[node.name], trace.caches[node.name]

        inputs = {name: trace[name] for name in self.inputs}
        run = self._executor.rerun(inputs, reuse, check=check)
        return Trace(run.values, self.outputs, run.caches, run.seconds)

    def backward(
        self,
        trace: Trace,
        output_grads: Mapping[str, Array],
        *,
        only_params: bool = False,
        only_values: Collection[str] | None = None,
        check: Callable[[], None] | None = None,
    ) -> Gradients:
        """The chain rule from the given gradients (value name → dLoss/dvalue) back to every value
        and parameter.

        - with ``only_params`` (training) a value's gradient is let go once it is used, and the
          picture's is not computed;
        - with ``only_values`` (explaining) nothing is computed but the gradients of these values,
          and no parameter's; ``check`` is then called before every node and may raise to stop.

        A value that had no part in it has no gradient. Raises GraphError for a name that is no
        value of the network.
        """
        unknown = sorted({*output_grads, *(only_values or ())} - set(trace))
        if unknown:
            raise GraphError(f"this network has no value {', '.join(map(repr, unknown))}")
        if only_values is not None:
            backward = BackwardPass(self.nodes, trace.caches, output_grads, only_values)
            return Gradients(backward.run(check))
        value_grads: dict[str, Array] = dict(output_grads)
        params: dict[str, Array] = {}
        for node in reversed(self.nodes):
            if node.name not in value_grads:
                continue
            dy = value_grads.pop(node.name) if only_params else value_grads[node.name]
            cache = trace.caches[node.name]
            if only_params and all(i in self.inputs for i in node.inputs):
                grads = node.op.param_grads(dy, cache)
            else:
                passed_on, grads = node.op.backward(dy, cache)
                _pass_on(value_grads, zip(node.inputs, passed_on, strict=True))
            params.update({f"{node.name}.{key}": g for key, g in grads.items()})
        return Gradients({} if only_params else value_grads, params)

    def replaced(self, ops: Mapping[str, Op]) -> Network:
        """The same network with another op at some nodes (node name → op); all others keep the op
        objects that they have.

        Raises GraphError for a name that no node has, ShapeError when a layer no longer fits the
        one before.
        """
        unknown = sorted(ops.keys() - self._by_name.keys())
        if unknown:
            raise GraphError(f"this network has no layer {', '.join(map(repr, unknown))}")
        other = copy(self)
        other.nodes = tuple(replace(n, op=ops[n.name]) if n.name in ops else n for n in self.nodes)
        other._by_name = {node.name: node for node in other.nodes}
        other.shapes()
        return other

    def freeze(self) -> Network:
        """Make all parameters read-only, as they are for a network that serves. Returns the
        network.
        """
        for array in (*self.parameters().values(), *self.buffers().values()):
            array.flags.writeable = False
        return self

    @cached_property
    def digest(self) -> str:
        """SHA-256, hexadecimal, of structure and parameters. Taken once: for networks that no
        longer change.
        """
        state = hashlib.sha256(json.dumps(self.structure(), sort_keys=True).encode())
        for arrays in (self.parameters(), self.buffers()):
            for name, array in sorted(arrays.items()):
                state.update(name.encode())
                state.update(np.ascontiguousarray(array).tobytes())
        return state.hexdigest()

    def structure(self) -> dict[str, Any]:
        """The graph as plain JSON values; with the arrays of ``parameters`` and ``buffers`` it is
        the whole network.
        """
        return {
            "inputs": {key: list(shape) for key, shape in self.inputs.items()},
            "outputs": list(self.outputs),
            "labels": None if self.labels is None else list(self.labels),
            "preprocess": None if self.preprocess is None else self.preprocess.to_dict(),
            "nodes": [
                {
                    "name": node.name,
                    "op": node.op.op_type,
                    "inputs": list(node.inputs),
                    "attributes": dict(node.op.attributes),
                }
                | ({"label": node.label} if node.label else {})
                for node in self.nodes
            ],
        }

    def _bind(self, x: Array | Mapping[str, Array]) -> dict[str, Array]:
        given = dict(x) if isinstance(x, Mapping) else {next(iter(self.inputs)): x}
        if set(given) != set(self.inputs):
            raise ShapeError(f"this network takes {sorted(self.inputs)}, got {sorted(given)}")
        for name, value in given.items():
            if value.shape[1:] != self.inputs[name]:
                raise ShapeError(
                    f"{name!r} takes (N, {', '.join(map(str, self.inputs[name]))}), got {value.shape}"
                )
        return given


def _pass_on(value_grads: dict[str, Array], gradients: Iterable[tuple[str, Array]]) -> None:
    """Accumulate gradients: a value that several nodes read gets the sum of theirs."""
    for name, gradient in gradients:
        value_grads[name] = value_grads[name] + gradient if name in value_grads else gradient


def _in_order(nodes: tuple[Node, ...], inputs: set[str]) -> tuple[Node, ...]:
    """The nodes in an order in which they can be computed, as close to the given one as possible
    (Kahn, 1962).
    """
    counts = Counter([*inputs, *(node.name for node in nodes)])
    twice = [name for name, count in counts.items() if count > 1]
    if twice:
        raise GraphError(f"made more than once: {', '.join(sorted(twice))}")
    places = {node.name: place for place, node in enumerate(nodes)}
    needs: dict[int, list[int]] = {}
    for place, node in enumerate(nodes):
        for needed in node.inputs:
            if needed not in counts:
                raise GraphError(f"layer {node.name!r} reads {needed!r}, which nothing makes")
        needs[place] = [places[needed] for needed in node.inputs if needed in places]
    sorter = TopologicalSorter(needs)
    try:
        sorter.prepare()
    except CycleError as error:
        names = (nodes[place].name for place in error.args[1])
        raise GraphError(f"a cycle goes through {', '.join(names)}") from None
    ordered: list[Node] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        ordered += [nodes[place] for place in ready]
        sorter.done(*ready)
    return tuple(ordered)
