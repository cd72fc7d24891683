"""What a network takes: the shapes of a file's inputs, and what can be filled in where they are
open.

Exporters leave axes open in several ways: without a number, with a name, as 0, as −1 (Paddle), or
by saying no shape at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from time import thread_time
from typing import TypeVar

from onnx import TypeProto

from engine.errors import (
    EngineError,
    FormatError,
    InputSizeNeeded,
    ModelTooLarge,
    OptionMismatch,
)
from engine.formats.onnx.file.tensors import FLOATS, WHOLES, type_name
from engine.types import Shape

T = TypeVar("T")
Size = tuple[int, int]
Dims = tuple[int | None, ...]  # None: open

# Sizes that are tried before a size is asked for, so that it is asked for only if some size works.
_TRIED: tuple[Size, ...] = ((224, 224), (640, 640), (64, 64), (28, 28))

_TRYING = 1.0  # seconds of processor time after which no further size is tried

_LEAST_SIDE = 8  # of a picture whose axes are told apart by their lengths

_CHANNELS = (3, 1, 4)  # that are tried where the file leaves them open
_SIDES = ("height", "width")

# What else than pictures has so many axes.
_OTHER = {
    3: " (networks for sound, text or series, 1-D, cannot be shown here)",
    5: " (networks for volumes or films, 3-D, cannot be shown here)",
}


def dims_of(name: str, kind: TypeProto) -> Dims:
    """The axes of an input, None where they are open. Raises FormatError for one that no picture
    can be.
    """
    if kind.WhichOneof("value") != "tensor_type":
        raise FormatError(f"the input {name!r} is no tensor; nothing else can be given")
    tensor = kind.tensor_type
    if tensor.elem_type not in FLOATS | WHOLES:
        raise FormatError(f"the input {name!r} is of {type_name(tensor.elem_type)}, no numbers")
    if not tensor.HasField("shape"):
        return (None,) * 4
    sizes = [dim.dim_value if dim.HasField("dim_value") else 0 for dim in tensor.shape.dim]
    if not sizes:
        raise FormatError(f"the input {name!r} is a single number; a picture has axes")
    if min(sizes) < -1:
        raise FormatError(f"the input {name!r} has the shape {sizes}")
    return tuple(size if size > 0 else None for size in sizes)


def lacks_batch_axis(dims: Dims) -> bool:
    """Whether an input is one picture without an axis of pictures in front: colours first or last,
    rows and columns, or one row.

    A first axis of 1 is that of pictures; one of another length may be a batch that the file fixes,
    unless what follows is no picture of its own.
    """
    match dims:
        case (int() as count,):
            return count >= _LEAST_SIDE * _LEAST_SIDE
        case (int() as rows, int() as columns):
            return rows >= _LEAST_SIDE and columns <= 4 * rows
        case (3 | 4, rows, columns):
            return all(side is None or side >= _LEAST_SIDE for side in (rows, columns))
        case (int() as rows, int() as columns, 1 | 3 | 4):
            return min(rows, columns) >= _LEAST_SIDE
    return False


def read_at_a_size(
    inputs: Mapping[str, Dims], size: Size | None, build: Callable[[Mapping[str, Shape]], T]
) -> T:
    """What ``build`` makes of the inputs' shapes, with the height and width that the file fixes, or
    the given ones.

    Raises InputSizeNeeded where they are open and not given, unless the file cannot be read at any
    size: then what ``build`` raises.
    """
    if size is not None or not any(open_sides(dims) for dims in inputs.values()):
        return _first(_shapes(inputs, size), build)
    failures: list[EngineError] = []
    suggested = None
    begun = thread_time()
    for tried in _TRIED:
        if thread_time() > begun + _TRYING:
            break
        try:
            _first(_shapes(inputs, tried, fits=True), build)
        except EngineError as error:
            failures.append(error)
            if len(failures) > 1 and str(failures[0]) == str(error):
                raise  # it has nothing to do with the size
        else:
            suggested = tried
            break
    name, dims = next((n, dims) for n, dims in inputs.items() if open_sides(dims))
    raise _needed(name, dims, suggested)


def open_sides(dims: Dims) -> tuple[str, ...]:
    """Which of height and width an input leaves open; none for what is no maps."""
    if len(dims) != 4:
        return ()
    sides = zip(_SIDES, _fixed_sides(dims), strict=True)
    return tuple(side for side, size in sides if size is None)


def _fixed_sides(dims: Dims) -> tuple[int | None, int | None]:
    """Height and width of maps, None where they are open."""
    first = _first_side(dims, _channel_axes(dims)[0])
    return dims[first], dims[first + 1]


def _needed(name: str, dims: Dims, suggested: Size | None) -> InputSizeNeeded:
    sides = " and ".join(open_sides(dims))
    fixed = _fixed_sides(dims)
    whole = None
    if suggested is not None:
        whole = (fixed[0] or suggested[0], fixed[1] or suggested[1])
    works = "" if whole is None else f"; {whole[0]} × {whole[1]} can be run"
    return InputSizeNeeded(
        f"the input {name!r} takes pictures of any {sides}, and a size has to be chosen{works}",
        input=name,
        shape=dims,
        fixed=fixed,
        suggested=whole,
    )


def _first(shapes: Iterable[Mapping[str, Shape]], build: Callable[[Mapping[str, Shape]], T]) -> T:
    """What is built of the first shapes that can be; if none can, the first refusal."""
    refused: EngineError | None = None
    for tried in shapes:
        try:
            return build(tried)
        except ModelTooLarge:
            raise
        except EngineError as error:
            refused = refused or error
    assert refused is not None
    raise refused


def _shapes(
    inputs: Mapping[str, Dims], size: Size | None, *, fits: bool = False
) -> Iterator[Mapping[str, Shape]]:
    """The shapes that the inputs may have, the likeliest first. ``fits``: sides that the file fixes
    stay, whatever ``size`` is.
    """
    layouts = max((_channel_axes(dims) for dims in inputs.values()), key=len, default=(1,))
    open_channels = any(
        len(dims) == 4 and dims[axis] is None for dims in inputs.values() for axis in layouts
    )
    for axis in layouts:
        for channels in _CHANNELS if open_channels else _CHANNELS[:1]:
            yield {
                name: _filled(name, dims, size, axis, channels, fits)
                for name, dims in inputs.items()
            }


def _filled(
    name: str, dims: Dims, size: Size | None, axis: int, channels: int, fits: bool
) -> Shape:
    filled = [dims[0] or 1, *dims[1:]]
    if len(dims) == 4:
        own = _channel_axes(dims)
        at = axis if axis in own else own[0]
        first = _first_side(dims, at)
        fixed = dims[first : first + 2]
        if size is not None:
            wrong = any(has not in (None, given) for has, given in zip(fixed, size, strict=True))
            if wrong and not fits:
                sides = " × ".join("any" if side is None else str(side) for side in fixed)
                raise OptionMismatch(
                    f"the file fixes its input {name!r} at {sides}; {size[0]} × {size[1]} cannot "
                    "be had",
                    option="size",
                    input=name,
                    fixed=(fixed[0], fixed[1]),
                )
            filled[first : first + 2] = [
                has or given for has, given in zip(fixed, size, strict=True)
            ]
        filled[at] = filled[at] or channels
    if None in filled:
        shown = ["?" if side is None else side for side in dims]
        raise FormatError(
            f"the input {name!r} leaves axes open that are neither channels, height nor width: "
            f"{shown}{_OTHER.get(len(dims), '')}; python -m "
            f"onnxruntime.tools.make_dynamic_shape_fixed --input_name {name} --input_shape … "
            "fixes them"
        )
    return tuple(side for side in filled if side is not None)


def _channel_axes(dims: Dims) -> tuple[int, ...]:
    """Where the channels of maps are, or may be: axis 1, or 3 where the colours come last."""
    if len(dims) != 4:
        return (1,)
    if dims[3] in (1, 3) and dims[1] not in (1, 3):
        return (3,)
    if dims[3] == 4 and dims[1] is None:
        return (3,)
    return (1, 3) if dims[1] is None and dims[3] is None else (1,)


def _first_side(dims: Dims, channel_axis: int) -> int:
    return 1 if channel_axis == 3 else 2
