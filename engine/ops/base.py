"""The contract of an op: five methods that every layer has.

Arrays that go in and out have the logical shape (N, C, H, W) for maps and (N, K) for vectors. In
memory, maps are channels last: an (N, C, H, W) view on (N, H, W, C) data. NumPy's elementwise
functions keep that order, convolution needs it (docs/decisions/0001-memory-layout.md), and other
code need not depend on it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, NamedTuple, TypeVar

import numpy as np

from engine.errors import ShapeError
from engine.execution import threads
from engine.execution.lru import LruCache
from engine.types import Array, Epilogue, Index, Shape

Made = TypeVar("Made")

# Ops that look alike from far away. "other" are functions of one number that are no activation
# functions, and quantisation.
Family = Literal["weights", "norm", "activation", "pool", "merge", "reshape", "output", "other"]

# Results that a frozen op keeps: a plan for each batch size, weights as an algorithm reads them.
MAX_MEMOIZED = 32


class Box(NamedTuple):
    """A block of positions of a value, one half-open range per axis (batch axis included)."""

    start: Index
    stop: Index

    @classmethod
    def at(cls, index: Index) -> Box:
        """The box that holds one position."""
        return cls(index, tuple(i + 1 for i in index))

    @classmethod
    def whole(cls, shape: Shape) -> Box:
        """The box that holds all of a value."""
        return cls((0,) * len(shape), shape)

    def union(self, other: Box) -> Box:
        """The smallest box around both."""
        return Box(tuple(map(min, self.start, other.start)), tuple(map(max, self.stop, other.stop)))


@dataclass(frozen=True, eq=False)
class Explanation:
    """How one element was computed: ``result == bias + contributions.sum()``, up to rounding.

    The T terms are parallel arrays, in the order in which the op reads them:

    - ``input_indices`` (T,) int: which input of the op;
    - ``positions`` (T, D) int: where in that input, batch axis included. A position outside the
      input is a padded cell. With inputs of different rank the shorter positions are filled up with
      -1 on the right;
    - ``values`` (T,) float64: the element at that position;
    - ``weights`` (T,) float64: what it was multiplied by, NaN where the op does not multiply (tanh,
      say);
    - ``contributions`` (T,) float64: what the term adds to the result.

    ``rule`` names how the terms are joined: weighted_sum, sum, product, quotient, power, max, min,
    mean, norm, function, copy, scale, softmax, constant. ``details`` holds further numbers that the
    rule uses (a softmax's denominator, a normalisation's mean).
    """

    rule: str
    result: float
    bias: float
    input_indices: Array
    positions: Array
    values: Array
    weights: Array
    contributions: Array
    details: Mapping[str, float] = field(default_factory=dict)


class Op(ABC):
    """One operation of a network. It is frozen and never holds an activation, so that one network
    serves many threads at once.

    The traits of a class are sent with every layer by the API, so neither the server nor the page
    has a list of ops:

    - ``op_type``: its name on the wire ("conv", "relu", "max_pool");
    - ``display_name``: its name for people, "Max pool" where nothing else is said;
    - ``formula``: what it makes of x, for a function of one number;
    - ``family``: see ``Family``;
    - ``per_channel``: channel k of the output depends on channel k of each input alone;
    - ``weighted``: its parameter ``weight`` has a kernel for each channel or unit of the output;
    - ``preserves_order``: the output has the input's values in the input's order;
    - ``cached``: what ``forward`` keeps for ``backward``: input, output, shape, mask, mean,
      variance, inverse, normal, base;
    - ``gradient_by_shape``: of what ``forward`` saves at inference ``input_grads`` reads the shapes
      alone.
    """

    op_type: ClassVar[str]
    display_name: ClassVar[str] = ""
    formula: ClassVar[str] = ""
    family: ClassVar[Family] = "other"
    per_channel: ClassVar[bool] = False
    weighted: ClassVar[bool] = False
    preserves_order: ClassVar[bool] = False
    cached: ClassVar[tuple[str, ...]] = ()
    gradient_by_shape: ClassVar[bool] = False

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        own = vars(cls)
        if "op_type" in own and "display_name" not in own:
            cls.display_name = cls.op_type.replace("_", " ").capitalize()

    @property
    def keeps_channels(self) -> bool:
        """Whether this very op works ``per_channel``: its hyper-parameters may make it so."""
        return self.per_channel

    @property
    def params(self) -> Mapping[str, Array]:
        """What training changes, by name. The trainer updates these arrays in place; a network that
        serves has them read-only.
        """
        return {}

    @property
    def buffers(self) -> Mapping[str, Array]:
        """State that is saved with the parameters but has no gradient (running statistics)."""
        return {}

    @property
    def attributes(self) -> Mapping[str, Any]:
        """Hyper-parameters as plain JSON values, enough to build the op again: ``type(op)(**params,
        **buffers, **attributes)``.
        """
        return {}

    @property
    def is_frozen(self) -> bool:
        """Whether parameters and buffers are read-only, so that what is derived from them can be
        kept. Stays true.
        """
        if "_memo" not in self.__dict__:
            arrays = (*self.params.values(), *self.buffers.values())
            if any(array.flags.writeable for array in arrays):
                return False
            self.__dict__["_memo"] = LruCache(MAX_MEMOIZED)
        return True

    def memoize(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """The result of ``make``, kept under a key for an op that is frozen; the least recently
        used are dropped.
        """
        if not self.is_frozen:
            return make()
        memo: LruCache = self.__dict__["_memo"]
        return memo.get_or_make(key, make)

    @property
    def memoized(self) -> list[Any]:
        """All that is kept so."""
        memo: LruCache | None = self.__dict__.get("_memo")
        return [] if memo is None else memo.values()

    def __getstate__(self) -> dict[str, Any]:
        """A copy may be changed, so it keeps nothing that was derived from the parameters."""
        return {name: value for name, value in self.__dict__.items() if name != "_memo"}

    @abstractmethod
    def infer_shape(self, *shapes: Shape) -> Shape:
        """The output's shape, batch axis included. Raises ShapeError with the reason when the
        inputs do not fit.
        """

    @abstractmethod
    def forward(self, *xs: Array, train: bool = False) -> tuple[Array, Any]:
        """The output, and whatever ``backward`` will need (references rather than copies)."""

    @abstractmethod
    def backward(self, dy: Array, cache: Any) -> tuple[tuple[Array, ...], dict[str, Array]]:
        """The chain rule: one gradient per input, and one per entry of ``params``."""

    def rowwise_kernel(self, xs: tuple[Array, ...], y: Array) -> Callable[[slice], object] | None:
        """How to fill some rows of y at inference; None for an op that reads other positions than
        the output's own.

        All are contiguous matrices: maps as rows (N · H, W · C), anything else with its first axis
        as rows. It lets several ops be fused (engine/execution/fusion.py), and gives bit for bit
        what ``forward`` gives.
        """
        return None

    def blockwise_kernel(
        self, x: Array
    ) -> tuple[Shape, Callable[[Array, Epilogue | None], None]] | None:
        """The output's shape for such an x, and how to fill it at inference; None for an op that
        fills it all at once.

        The function takes y as it lies in memory, (N, H, W, C), and an epilogue that is called
        after each block of it, so that ops with a ``rowwise_kernel`` can be fused behind this one.
        """
        return None

    def saved_for_backward(self, xs: tuple[Array, ...], y: Array) -> Any:
        """What ``forward`` returns as cache at inference, for an op that was fused."""
        return None

    def rowwise_gradient(self, dy: Array, cache: Any) -> Callable[[slice], object] | None:
        """How to turn some rows of dy, in place, into the gradient of the only input; None for an
        op that reads other positions. Of ops that save one value alone; it and dy are rows as in
        ``rowwise_kernel``.
        """
        return None

    def channel_slopes(self, cache: Any) -> Array | None:
        """The number of each channel by which dy is multiplied for the gradient of the only input,
        where that is all.
        """
        return None

    def takes_slopes(self) -> bool:
        """Whether ``blockwise_gradient`` can take in the ``channel_slopes`` of the op behind."""
        return False

    def blockwise_gradient(
        self, dy: Array, cache: Any, behind: Op | None
    ) -> tuple[Shape, Callable[[Array, Epilogue | None], None]] | None:
        """The shape of the only input's gradient as it lies in memory, and how to fill it: as
        ``blockwise_kernel``. ``behind``: the op behind this one whose slopes are taken in.
        """
        return None

    def param_grads(self, dy: Array, cache: Any) -> dict[str, Array]:
        """The parameters' gradients alone: all that training needs of a first layer."""
        return self.backward(dy, cache)[1]

    def input_grads(self, dy: Array, cache: Any) -> tuple[Array, ...]:
        """The gradients of the inputs alone: enough for a network that is not trained."""
        return self.backward(dy, cache)[0]

    @abstractmethod
    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        """How the element ``y[index]`` was computed, at inference. ``index`` includes the batch
        axis.
        """

    @abstractmethod
    def input_region(self, box: Box, *shapes: Shape) -> tuple[Box | None, ...]:
        """The smallest box in each input on which an output box depends; None for an input on which
        it does not depend.

        Boxes are clipped to the input. A single position is ``Box.at(index)``; boxes chain through
        a network into the exact receptive field.
        """

    def tables(self, *shapes: Shape) -> Mapping[int, Array] | None:
        """The windows of an op with one input that goes axis by axis: axis → the input cells of
        every output cell, (O, T) or (O,).

        -1 is a cell that is not there; the first and the last of a row of cells will do. An axis
        without a table stays as it is. None for another op. The receptive fields of a
        whole network are found by tables (engine/inspection/field_bounds.py), as they are asked for
        at all positions.
        """
        return None

    def multiply_adds(self, *shapes: Shape) -> int:
        """Multiplications with an addition for one picture (N = 1)."""
        return 0

    def window_reads(self, *shapes: Shape) -> int:
        """Numbers that are read for one picture without being multiplied, where windows overlap."""
        return 0


def filled(x: Array, fill: Callable[[Array, Array], object]) -> Array:
    """What ``fill(part of x, part of y)`` makes of x, part by part: y has its shape and dtype, and
    its order in memory.
    """
    y = np.empty_like(x)
    for part in threads.pieces(x.shape):
        fill(x[part], y[part])
    return y


def same_shape(op_type: str, shapes: tuple[Shape, ...]) -> Shape:
    """The shape of an op that takes one input and changes nothing about its shape."""
    if len(shapes) != 1:
        raise ShapeError(f"{op_type} takes one input, got {len(shapes)}")
    return shapes[0]


def broadcast_shape(op_type: str, shapes: tuple[Shape, ...]) -> Shape:
    """The shape that shapes are broadcast to, by NumPy's rules. Raises ShapeError where they do not
    fit each other.
    """
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        named = " and ".join(map(str, shapes))
        raise ShapeError(f"{op_type}: inputs of shape {named} do not fit each other") from None


class Elementwise(Op):
    """An op with one input whose every output element depends on the input element at the same
    index only.
    """

    def infer_shape(self, *shapes: Shape) -> Shape:
        return same_shape(self.op_type, shapes)

    def input_region(self, box: Box, *shapes: Shape) -> tuple[Box | None, ...]:
        return (box,)


class DataMovementOp(Op):
    """An op with one input that hands numbers on: every output position is one input position, or a
    constant it sees none for.
    """

    family: ClassVar[Family] = "reshape"

    def explain(self, xs: tuple[Array, ...], y: Array, index: Index) -> Explanation:
        (seen,) = self.input_region(Box.at(index), xs[0].shape)
        if seen is None:
            return no_terms(float(y[index]), xs[0].ndim)
        return one_term("copy", seen.start, xs[0][seen.start], 1.0, y[index])


def terms_of_one(
    rule: str,
    positions: Array,
    values: Array,
    weights: Array,
    result: float,
    *,
    bias: float = 0.0,
    contributions: Array | None = None,
) -> Explanation:
    """The explanation of an element whose terms all come from the op's only input; products are
    value · weight unless given.
    """
    return Explanation(
        rule=rule,
        result=float(result),
        bias=float(bias),
        input_indices=np.zeros(len(values), np.int64),
        positions=positions,
        values=values,
        weights=weights,
        contributions=values * weights if contributions is None else contributions,
    )


def one_term(
    rule: str, index: Index, value: float, weight: float, result: float, bias: float = 0.0
) -> Explanation:
    """The explanation of an elementwise step: one number in, one number out, at the same place or
    another (``index``).
    """
    return terms_of_one(
        rule,
        np.array([index], np.int64),
        np.array([value], np.float64),
        np.array([weight], np.float64),
        result,
        bias=bias,
        contributions=np.array([result - bias], np.float64),
    )


def no_terms(value: float, rank: int) -> Explanation:
    """The explanation of an element that depends on no input. ``rank`` is the rank of the op's
    input.
    """
    nothing = np.zeros(0)
    places = np.zeros((0, rank), np.int64)
    return Explanation(
        "constant", value, value, nothing.astype(np.int64), places, nothing, nothing, nothing
    )


def normal_axis(op_type: str, axis: int, shape: Shape) -> int:
    """``axis`` counted from the front, for a value of this shape. Negative axes count from the
    back, as in ONNX.
    """
    if not -len(shape) <= axis < len(shape):
        raise ShapeError(f"{op_type}: there is no axis {axis} in an input of shape {shape}")
    return axis % len(shape)
