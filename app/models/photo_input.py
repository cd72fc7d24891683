"""What a network takes, made to take a photo: (C, H, W), by a step before it where its own input
has another shape.
"""

from __future__ import annotations

from math import isqrt, prod

from app.errors import (
    AppError,
    InputSizeMissing,
    InvalidModel,
    ModelError,
    OptionMissing,
    bad_option,
)
from app.models.options import INPUT, ImportOptions
from engine.network import Network, Node
from engine.ops import Op, Reshape, Transpose
from engine.preprocess import parse_channels
from engine.types import Shape

_PHOTO = (1, 3)  # channels that need no words: grey, and red, green and blue
_MOST_CHANNELS = 64
_LEAST_SIDE = 4  # of an input that is guessed to be a picture


def takes_photo(network: Network, options: ImportOptions) -> Network:
    """The network with an input (C, H, W): itself, or one with a step before it that moves or
    arranges a photo's numbers.

    Raises InvalidModel for a network that takes no photo, or not only one, with what can be done;
    BadParameter for a layout or channels that do not fit.
    """
    if len(network.inputs) != 1:
        raise several_inputs(network.inputs)
    ((name, shape),) = network.inputs.items()
    known = network.preprocess
    if known is not None and known.input_size == shape:
        return network  # a file that says what its channels are given
    photo, steps = _arranged(shape, options)
    if not steps:
        return network
    before = f"{name} (photo)"
    names = [before, *(f"{name} (step {number})" for number in range(1, len(steps))), name]
    nodes = [Node(names[i + 1], step, (names[i],)) for i, step in enumerate(steps)]
    return Network(
        [*nodes, *network.nodes],
        inputs={before: photo},
        outputs=network.outputs,
        labels=network.labels,
        preprocess=network.preprocess,
        name=network.name,
        meta=network.meta,
        dtypes={before: network.dtypes[name]} if name in network.dtypes else None,
    )


def several_inputs(inputs: dict[str, Shape]) -> ModelError:
    """The refusal of a network that takes more than a photo, with what makes it one that can be
    shown.
    """
    listed = ", ".join(f"{name!r} ({sizes(shape)})" for name, shape in inputs.items())
    takes = (
        f"The network takes {len(inputs)} inputs{': ' * bool(listed)}{listed}; only one that "
        "takes a single photo can be shown."
    )
    photos = [name for name, shape in inputs.items() if _is_photo(shape)]
    photos = photos or sorted(inputs, key=lambda name: prod(inputs[name]))[-1:]
    others = [name for name in inputs if name not in photos] or photos[1:]
    if not others:
        return InvalidModel(takes)
    name = others[0]
    return OptionMissing(
        f"{takes} All but the photo's can be made constants: send the field «{INPUT}NAME» with "
        f"the number that it has, for example «{INPUT}{name}» = 1 (or one number a cell: 1,0,1); "
        f"on the shell, --input {name}=1.",
        more={
            "field": f"{INPUT}{name}",
            "inputs": [
                {"name": name, "shape": list(shape), "photo": name not in others}
                for name, shape in inputs.items()
            ],
        },
    )


def sizes(shape: Shape) -> str:
    """3 × 224 × 224."""
    return " × ".join(map(str, shape)) or "1"


def _is_photo(shape: Shape) -> bool:
    return len(shape) == 3 and (shape[0] == 3 or shape[2] == 3)


def _arranged(shape: Shape, options: ImportOptions) -> tuple[tuple[int, int, int], list[Op]]:
    """The shape of the photo, and the steps that make the network's own input of it."""
    if len(shape) == 3:
        return _maps(shape, options)
    if len(shape) == 2 and min(shape) >= _LEAST_SIDE:
        return (1, shape[0], shape[1]), [Reshape((0, *shape))]
    if len(shape) == 1 or (len(shape) == 2 and shape[0] in _PHOTO):
        return _flat(shape, options)
    raise InvalidModel(
        f"The network takes {sizes(shape)} numbers a picture; a photo has channels, height and "
        "width. Networks for films and volumes (3-D), sound and text cannot be shown here."
    )


def _maps(shape: Shape, options: ImportOptions) -> tuple[tuple[int, int, int], list[Op]]:
    """Channels, rows and columns, or rows, columns and channels."""
    wanted = _wanted(options)
    layout = options.layout or (
        "chw" if shape[0] in wanted else "hwc" if shape[2] in wanted else None
    )
    rows, cols, channels = shape if layout == "hwc" else (shape[1], shape[2], shape[0])
    if layout is None or channels not in wanted:
        raise _which_channels(shape, options)
    return (channels, rows, cols), [Transpose((0, 2, 3, 1))] if layout == "hwc" else []


def _flat(shape: Shape, options: ImportOptions) -> tuple[tuple[int, int, int], list[Op]]:
    """A flattened photo: (N,), or (C, N) with one row for each channel."""
    wanted = (shape[0],) if len(shape) == 2 and shape[0] > 1 else _wanted(options)
    count = prod(shape)
    found = next((c for c in wanted if (side := isqrt(count // c)) > 1 and c * side**2 == count), 0)
    rows = cols = isqrt(count // found) if found else 0
    if options.size is not None:
        rows, cols = options.size
        found = next((c for c in wanted if c * rows * cols == count), 0)
        if not found:
            raise bad_option(
                "size",
                f"the network takes {count:,} numbers in a row; {rows} × {cols} pixels are not as "
                "many, grey or in colours.",
            )
    if not found:
        raise InputSizeMissing(
            f"The network takes {count:,} numbers a picture in a row, which are not those of a "
            "square photo, grey or in colours. If they are a photo's, say its size: "
            "size=HEIGHTxWIDTH, on the shell --size. Networks for tables, sound and text cannot "
            "be shown here.",
            more={"field": "size", "fixed_size": [None, None]},
        )
    photo, row = (found, rows, cols), Reshape((0, *shape))
    return photo, [Transpose((0, 2, 3, 1)), row] if options.layout == "hwc" else [row]


def _wanted(options: ImportOptions) -> tuple[int, ...]:
    """How many channels the input may have."""
    return (len(parse_channels(options.channels)),) if options.channels else _PHOTO


def _which_channels(shape: Shape, options: ImportOptions) -> AppError:
    """The error for an input whose channels are unknown."""
    if options.channels is not None:
        return bad_option(
            "channels",
            f"{options.channels} are {_wanted(options)[0]}; the network takes {sizes(shape)} "
            "numbers a picture.",
        )
    first, last = shape[0], shape[2]
    layout = options.layout or ("chw" if first <= last else "hwc")
    count = first if layout == "chw" else last
    if count > _MOST_CHANNELS:
        return InvalidModel(
            f"The network takes {sizes(shape)} numbers a picture; a photo has 1 or 3 channels, "
            "height and width. It is perhaps the second half of a network: bring the whole one, "
            "whose input is a picture."
        )
    example = {2: "r,g", 4: "rgba"}.get(count, ",".join([*"rgb", *("0",) * (count - 3)]))
    return OptionMissing(
        f"The network takes {count} channels ({sizes(shape)}); a photo has 1 or 3. Say what each "
        f"is given, «channels» = {example}, for example (on the shell, --channels {example}): r, "
        "g and b are the photo's colours, a is 255 everywhere, as in a picture without "
        "transparency, and a number from 0 to 255 stays the same.",
        more={"field": "channels", "channels": count},
    )
