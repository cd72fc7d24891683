"""The layout of values, the meaning of each axis: derived from the ops that make and read them.

A layout has one letter an axis, as in PyTorch, TensorFlow and timm: N for the pictures of a batch,
C for channels, H for rows, W for columns, L for places in a line (tokens, rows and columns in one).
What several axes are made of one has its letter several times. A value without N is not one value a
picture.

Convolutions, pools and most norms take N C H W and say so of what they read; LayerNorm, Dense and
MatMul work on the last axis; Transpose, Reshape and reductions carry the letters along. Unknown
axes get the default, channels first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from engine.ops import (
    ArgMax,
    AveragePool,
    BatchNorm,
    Constant,
    Conv2d,
    ConvTranspose2d,
    Dense,
    DepthToSpace,
    Flatten,
    Gather,
    GlobalAveragePool,
    GlobalMaxPool,
    GroupNorm,
    InstanceNorm,
    LayerNorm,
    LocalResponseNorm,
    LpPool,
    MatMul,
    MaxPool,
    Op,
    ReduceMax,
    ReduceMean,
    ReduceSum,
    Reshape,
    SpaceToDepth,
    Transpose,
)
from engine.ops.base import Elementwise, normal_axis
from engine.ops.elementwise.binary import BinaryOp
from engine.types import Shape

_CHANNELS_FIRST = (
    Conv2d,
    ConvTranspose2d,
    MaxPool,
    AveragePool,
    LpPool,
    GlobalAveragePool,
    GlobalMaxPool,
    BatchNorm,
    InstanceNorm,
    GroupNorm,
    LocalResponseNorm,
    DepthToSpace,
    SpaceToDepth,
)
_REDUCTIONS = (ReduceMean, ReduceSum, ReduceMax, ArgMax)
_PLACES = frozenset("HWL")


class Step(Protocol):
    """A node of a network."""

    @property
    def name(self) -> str: ...
    @property
    def op(self) -> Op: ...
    @property
    def inputs(self) -> tuple[str, ...]: ...


def layouts(
    nodes: Sequence[Step], inputs: Mapping[str, Shape], shapes: Mapping[str, Shape]
) -> dict[str, str]:
    """Value name → layout. ``shapes`` are those for one picture, batch axis included, ``inputs``
    those without it.
    """
    known = {name: "N" + _channels_first(len(shape)) for name, shape in inputs.items()}
    given = frozenset(known)
    for _ in range(2):  # what readers imply about a value is propagated to its other readers
        _forward(nodes, shapes, known)
        for node in reversed(nodes):
            told = _read(node.op, [shapes[i] for i in node.inputs], known[node.name])
            for name, letters in zip(node.inputs, told, strict=True):
                if name not in given:
                    known[name] = _filled(known[name], letters)
    return {name: _usual(letters) for name, letters in known.items()}


def blocks(before: Shape, after: Shape) -> Iterator[tuple[slice, slice]]:
    """Two shapes of the same numbers: the shortest runs of axes on both sides that hold equally
    many. Equal axes are pairs.
    """
    i = j = 0
    while i < len(before) or j < len(after):
        start, a, b = (i, j), 1, 1
        if i < len(before) and j < len(after) and before[i] == after[j]:
            i, j, a, b = i + 1, j + 1, 0, 0
        while (i, j) == start or a != b:
            if j == len(after) or (i < len(before) and a <= b):
                a, i = a * before[i], i + 1
            else:
                b, j = b * after[j], j + 1
        yield slice(start[0], i), slice(start[1], j)


def _channels_first(rank: int) -> str:
    """Of a picture's value of that rank."""
    return {0: "", 1: "C", 2: "CL", 3: "CHW"}.get(rank, "C" * (rank - 2) + "HW")


def _forward(nodes: Sequence[Step], shapes: Mapping[str, Shape], known: dict[str, str]) -> None:
    for node in nodes:
        reads = [known[name] for name in node.inputs]
        made = _made(node.op, reads, [shapes[i] for i in node.inputs], shapes[node.name])
        known[node.name] = _filled(known.get(node.name, made), made)


def _made(op: Op, reads: Sequence[str], given: Sequence[Shape], shape: Shape) -> str:
    """The layout of an op's output; «?» for an unknown axis."""
    rank = len(shape)
    if isinstance(op, _CHANNELS_FIRST):
        return "N" + _channels_first(rank - 1)
    if isinstance(op, Dense):
        return reads[0][0] + "C"
    if not reads or isinstance(op, Constant):
        return "?" * rank
    if isinstance(op, BinaryOp):
        return _joined(reads, given, shape)
    carried = _carried(op, reads, given[0], shape)
    if carried is not None:
        return carried
    of_rank = [letters for letters in reads if len(letters) == rank]
    return next((letters for letters in of_rank if "?" not in letters), (*of_rank, "?" * rank)[0])


def _carried(op: Op, reads: Sequence[str], given: Shape, shape: Shape) -> str | None:
    """The letters of what an op reads first, where they go; None for an op that leaves the axes as
    they are.
    """
    first = reads[0]
    match op:
        case Transpose():
            return "".join(first[axis] for axis in op.perm)
        case Flatten() | Reshape():
            return _reshaped(first, given, shape)
        case MatMul() if len(shape) == len(first):
            return first[:-1] + ("C" if len(reads) == 1 else reads[1][-1])
        case ReduceMean() | ReduceSum() | ReduceMax() | ArgMax():
            gone = () if op.keepdims else op.reduced(given)
            return "".join(letter for i, letter in enumerate(first) if i not in gone)
        case Gather():
            axis, depth = normal_axis(op.op_type, op.axis, given), len(shape) - len(first) + 1
            return first[:axis] + first[axis] * depth + first[axis + 1 :]
    return None


def _read(op: Op, given: Sequence[Shape], made: str) -> list[str]:
    """The layouts that an op implies for its inputs."""
    unknown = ["?" * len(shape) for shape in given]
    if isinstance(op, _CHANNELS_FIRST):
        return ["N" + _channels_first(len(given[0]) - 1)]
    match op:
        case Dense():
            return ["NC" if given[0][0] == 1 else "LC"]
        case LayerNorm():
            return [made[:-1] + "C"]
        case Elementwise():
            return [made]
        case BinaryOp():
            return [_under(made, shape) for shape in given]
        case Transpose():
            return ["".join(made[op.perm.index(axis)] for axis in range(len(made)))]
        case MatMul() if len(given) == 1:
            return [made[:-1] + "C" if len(made) == len(given[0]) else unknown[0]]
        case ReduceMean() | ReduceSum() | ReduceMax():
            axes = sorted(op.reduced(given[0]))
            if len(given[0]) == 4 and axes in ([1, 2], [2, 3]):
                return ["NHWC" if axes == [1, 2] else "NCHW"]
    same = all(len(shape) == len(made) for shape in given)
    moves = isinstance(op, (Flatten, Reshape, Gather, MatMul, *_REDUCTIONS))
    return [made] * len(given) if same and not moves else unknown


def _filled(letters: str, more: str) -> str:
    """With what more is known of its unknown axes, as long as no axis of pictures, rows or columns
    comes twice by it.
    """
    if "?" not in letters:
        return letters
    made = "".join(b if a == "?" else a for a, b in zip(letters, more, strict=True))
    twice = any(made.count(letter) > max(1, letters.count(letter)) for letter in "NHW")
    return letters if twice else made


def _usual(letters: str) -> str:
    """The layout with default letters for unknown axes."""
    if "?" not in letters:
        return letters
    usual = iter(_channels_first(letters.count("?")))
    if set(letters) & _PLACES:
        usual = iter("C" * letters.count("?"))
    return "".join(next(usual) if letter == "?" else letter for letter in letters)


def _joined(reads: Sequence[str], given: Sequence[Shape], shape: Shape) -> str:
    """Of two values joined by broadcasting: each axis is what it is in the one that is not
    stretched along it.
    """
    found = []
    for back in range(len(shape), 0, -1):
        options = [
            (size[-back] == shape[-back], letters[-back])
            for letters, size in zip(reads, given, strict=True)
            if len(size) >= back and letters[-back] != "?"
        ]
        found.append(max(options, key=lambda option: option[0])[1] if options else "?")
    return "".join(found)


def _under(made: str, shape: Shape) -> str:
    """Of an operand of that shape: the last axes."""
    return made[len(made) - len(shape) :]


def _reshaped(letters: str, before: Shape, after: Shape) -> str:
    """Of the same numbers under another shape."""
    return "".join(
        _of_block(letters[old], before[old], after[new], letters)
        for old, new in blocks(before, after)
    )


def _of_block(letters: str, before: Shape, after: Shape, whole: str) -> str:
    """What axes become that are joined or cut. ``whole``: the layout that they are a part of."""
    count = len(after)
    large = "".join(a for a, size in zip(letters, before, strict=True) if size > 1)
    if len(letters) == count == 1:
        return letters
    if not large or not count:  # axes of size 1 come and go
        return letters if len(letters) == count else "?" * count
    if "?" in large or "N" in large:
        return "?" * count
    if count == 1:
        return _one_of(large, whole)
    if 1 in after:
        inner = tuple(size for size in after if size > 1)
        rest = iter(_of_block(letters, before, inner, whole))
        return "".join("?" if size == 1 else next(rest) for size in after)
    if len(large) == 1:
        return _cut(large, count, whole)
    if count == len(large):
        return large
    if count == 3 and large in ("CL", "LC"):
        return "CHW" if large == "CL" else "HWC"
    places = _PLACES & set(large)
    return ("C" if large[0] == "C" else "L") + ("C" if large[-1] == "C" or not places else "L") * (
        count - 1
    )


def _one_of(letters: str, whole: str) -> str:
    """What several axes are as one."""
    if len(set(letters)) == 1:
        return letters[0]
    others = whole.replace(letters, "", 1)
    return "C" if "C" in letters and "C" not in others else "L"


def _cut(letter: str, count: int, whole: str) -> str:
    """What one axis is as several."""
    if letter == "L" and count == 2:
        return "HW"
    if letter == "C" and count == 3 and not _PLACES & set(whole):
        return "???"  # maps again, in an order that is known to their reader only
    return letter * count
