"""Executes a run: node by node in topological order, fused where possible. engine/network.py uses
threads, buffers and fusion only through this module.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np

from engine.execution.fusion import FusableNode, FusionPlan, NodeResult
from engine.execution.lru import LruCache
from engine.execution.memory_format import channels_last
from engine.types import Array

MAX_PLANS = 16  # fusion plans that are kept, one for each shape of the inputs

Check = Callable[[], None]
Reuse = Callable[[FusableNode, list[Array]], tuple[Array, Any] | None]


class Run(NamedTuple):
    """All values by name, the inputs included; by node what its op saved for the backward pass, and
    its seconds.
    """

    values: dict[str, Array]
    caches: dict[str, Any]
    seconds: dict[str, float]


class Executor:
    """Runs the nodes of one network, given in an order in which they can be computed. Several
    threads may share it.
    """

    def __init__(self, nodes: Sequence[FusableNode]) -> None:
        self._nodes = nodes
        self._plans = LruCache(MAX_PLANS)
        self._last_reader = {
            name: position for position, node in enumerate(nodes) for name in node.inputs
        }

    def run(
        self, inputs: Mapping[str, Array], *, train: bool = False, check: Check | None = None
    ) -> Run:
        """Every value from these inputs. ``check`` is called before every node and may raise to
        stop the run.
        """
        values = {name: channels_last(value).view() for name, value in inputs.items()}
        return self._run(values, None if train else self._plan_for(values), check, _nothing)

    def rerun(
        self, inputs: Mapping[str, Array], reuse: Reuse, *, check: Check | None = None
    ) -> Run:
        """The same at inference, but a node whose value and cache ``reuse`` returns is not
        computed.

        ``reuse`` is asked with the node and the values that it reads. The inputs are those of
        another run, as they are.
        """
        values = dict(inputs)
        return self._run(values, self._plan_for(values), check, reuse)

    def run_for(
        self,
        inputs: Mapping[str, Array],
        kept: Collection[str],
        *,
        saves: bool,
        check: Check | None = None,
    ) -> Run:
        """These values alone, at inference; of what ops save for the backward pass, all that it
        reads with ``saves``, else nothing.

        Any other value is let go when the last node has read it, so that its memory, still in the
        cache, is the next one's.
        """
        values = {name: channels_last(value).view() for name, value in inputs.items()}
        run, plan = Run(values, {}, {}), self._plan_for(values)
        for position, node in enumerate(self._nodes):
            if check is not None:
                check()
            if node.name not in values:
                self._compute(position, run, plan)
                if not saves:
                    run.caches.clear()
            if node.op.gradient_by_shape and node.name in run.caches:
                run.caches[node.name] = shapes_alone(run.caches[node.name])
            for name in (node.name, *node.inputs):
                if self._last_reader.get(name, position) <= position and name not in kept:
                    values.pop(name, None)
        return run

    def _run(
        self,
        values: dict[str, Array],
        plan: FusionPlan | None,
        check: Check | None,
        reuse: Reuse,
    ) -> Run:
        run = Run(values, {}, {})
        for position, node in enumerate(self._nodes):
            if node.name not in values:
                found = reuse(node, [values[i] for i in node.inputs])
                if found is None:
                    if check is not None:
                        check()
                    self._compute(position, run, plan)
                    continue
                values[node.name], run.caches[node.name] = found
                run.seconds[node.name] = 0.0
            elif check is not None:  # it was fused with the node before
                check()
        return run

    def _compute(self, position: int, run: Run, plan: FusionPlan | None) -> None:
        """The node at that position, and at inference those of the next ones that are fused with
        it.
        """
        node = self._nodes[position]
        results = plan.run(position, run.values) if plan else []
        if not results:
            start = perf_counter()
            xs = [run.values[i] for i in node.inputs]
            y, cache = node.op.forward(*xs, train=plan is None)
            results = [NodeResult(y, cache, perf_counter() - start)]
        for index, (value, cache, seconds) in enumerate(results, start=position):
            name = self._nodes[index].name
            # NumPy returns a value without axes as a scalar, which is no array.
            run.values[name], run.caches[name] = np.asarray(value), cache
            run.seconds[name] = seconds

    def _plan_for(self, inputs: Mapping[str, Array]) -> FusionPlan:
        """The fusion plan for inputs of these shapes."""
        key = tuple((name, x.shape, x.dtype) for name, x in inputs.items())
        return self._plans.get_or_make(key, lambda: FusionPlan(self._nodes))


def shapes_alone(saved: Any) -> Any:
    """Arrays of the same shapes that take no memory, for those that were saved."""
    if isinstance(saved, tuple):
        return tuple(map(shapes_alone, saved))
    if not isinstance(saved, np.ndarray):
        return saved
    return np.broadcast_to(np.empty((), saved.dtype), saved.shape)


def _nothing(node: FusableNode, reads: list[Array]) -> None:
    """Nothing has been computed yet that could be used again."""
