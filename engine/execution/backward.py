"""The backward pass at inference: the gradients of some values, and of no parameter.

A convolution makes a gradient of its own, block by block; while a block is in the cache, what other
readers of the same value hand back is added, and the ops before it that weigh number by number
(ReLU, normalisation) do so in place. A normalisation behind a convolution costs nothing: its slopes
go into the flipped kernel. So of most layers one gradient is written instead of three, and the
threads share all of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, ClassVar, Protocol

import numpy as np

from engine.execution import buffers
from engine.execution.fusion import as_rows
from engine.execution.memory_format import channels_last, from_nhwc
from engine.types import Array, Epilogue, Shape

Check = Callable[[], None]
RowWork = Callable[[slice], object]
FillBlocks = Callable[[Array, Epilogue | None], None]


class DifferentiableOp(Protocol):
    """What the backward pass needs of an op (engine/ops/base.py)."""

    gradient_by_shape: ClassVar[bool]

    def input_grads(self, dy: Array, cache: Any) -> tuple[Array, ...]: ...
    def rowwise_gradient(self, dy: Array, cache: Any) -> RowWork | None: ...
    def channel_slopes(self, cache: Any) -> Array | None: ...
    def takes_slopes(self) -> bool: ...
    def blockwise_gradient(
        self, dy: Array, cache: Any, behind: Any
    ) -> tuple[Shape, FillBlocks] | None: ...


class DifferentiableNode(Protocol):
    """A node of a network, as the backward pass uses it."""

    @property
    def name(self) -> str: ...
    @property
    def op(self) -> DifferentiableOp: ...
    @property
    def inputs(self) -> tuple[str, ...]: ...


class BackwardPass:
    """One backward pass: from ``output_grads`` (value name → gradient) to the ``wanted`` values.
    The given gradients are not changed. ``caches``: node name → what its op saved.
    """

    def __init__(
        self,
        nodes: Sequence[DifferentiableNode],
        caches: Mapping[str, Any],
        output_grads: Mapping[str, Array],
        wanted: Collection[str],
    ) -> None:
        self._nodes, self._caches, self._wanted = nodes, caches, set(wanted)
        self._makers = {node.name: node for node in nodes}
        self._grads: dict[str, Array] = dict(output_grads)
        self._depends = set(wanted)  # what is worth a gradient
        for node in nodes:
            if not self._depends.isdisjoint(node.inputs):
                self._depends.add(node.name)
        self._coming: Counter[str] = Counter()  # gradients that each value is still to be handed
        for node in reversed(nodes):
            if node.name in self._grads or self._coming[node.name]:
                self._coming.update(name for name in node.inputs if name in self._depends)
        self._behind: dict[str, DifferentiableOp] = {}  # convolution → the op whose slopes it takes

    def run(self, check: Check | None) -> dict[str, Array]:
        """Value name → gradient, of those that had a part. ``check`` is called before every node
        and may raise to stop.
        """
        for node in reversed(self._nodes):
            if node.name not in self._grads or self._depends.isdisjoint(node.inputs):
                continue
            if check is not None:
                check()
            kept = node.name in self._wanted
            dy = self._grads[node.name] if kept else self._grads.pop(node.name)
            self._go_through(node, dy)
        return {name: self._grads[name] for name in self._wanted & self._grads.keys()}

    def _go_through(self, node: DifferentiableNode, dy: Array) -> None:
        if self._is_folded(node):
            (before,) = node.inputs
            self._coming[before] -= 1
            self._grads[before], self._behind[before] = dy, node.op
            return
        cache, behind = self._caches[node.name], self._behind.get(node.name)
        blockwise = node.op.blockwise_gradient(dy, cache, behind)
        if blockwise is not None:
            self._fill(node.inputs[0], dy, *blockwise)
            return
        for name, gradient in zip(node.inputs, node.op.input_grads(dy, cache), strict=True):
            if name in self._depends:
                self._coming[name] -= 1
                known = self._grads.get(name)
                self._grads[name] = gradient if known is None else known + gradient

    def _is_folded(self, node: DifferentiableNode) -> bool:
        """Whether a convolution before takes over what the node does to a gradient."""
        if node.op.channel_slopes(self._caches[node.name]) is None:
            return False
        (before,) = node.inputs
        maker = self._makers.get(before)
        alone = self._coming[before] == 1 and before not in self._grads
        return maker is not None and alone and self._is_free(before) and maker.op.takes_slopes()

    def _is_free(self, value: str) -> bool:
        """Whether nobody asks for the gradient of this value itself."""
        return value not in self._wanted

    def _fill(self, value: str, dy: Array, shape: Shape, fill: FillBlocks) -> None:
        """The gradient of a value, and in place those of the values before it, as far as that
        goes.
        """
        dx = buffers.empty(shape, dy.dtype)
        height = shape[1]
        rows = dx.reshape(shape[0] * height, -1)
        works: list[RowWork] = []
        value = self._handed(value, rows, works)

        def epilogue(images: slice, band: slice) -> None:
            here = slice(images.start * height + band.start, (images.stop - 1) * height + band.stop)
            for work in works:
                work(here)

        fill(dx, epilogue if works else None)
        self._grads[value] = from_nhwc(dx)

    def _handed(self, value: str, rows: Array, works: list[RowWork]) -> str:
        """What is done in place with rows of a gradient that a value is handed; the name of the
        value whose gradient they become.
        """
        while True:
            self._coming[value] -= 1
            known = self._grads.pop(value, None)
            if known is not None:
                works.append(_adding(rows, as_rows(channels_last(known))))
            node = self._makers.get(value)
            if self._coming[value] or node is None or not self._is_free(value):
                return value
            if self._depends.isdisjoint(node.inputs) or self._is_folded(node):
                return value
            cache = self._caches[node.name]
            held = cache
            if not node.op.gradient_by_shape:
                held = as_rows(cache) if isinstance(cache, np.ndarray) else None
            work = None if held is None else node.op.rowwise_gradient(rows, held)
            if work is None:
                return value
            works.append(work)
            (value,) = node.inputs


def _adding(rows: Array, others: Array | None) -> RowWork:
    assert others is not None
    return lambda here: np.add(rows[here], others[here], out=rows[here])
