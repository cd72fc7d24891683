"""What a position can see, proved by perturbation.

Nothing outside of its window ever changes a position, bit for bit; and on each border of the window
there is a pixel that does, so that no smaller box would do.
"""

from functools import reduce

import numpy as np
import pytest

from engine.ops import BatchNorm, Conv2d, MaxPool
from engine.ops.base import Box
from tests.engine.ops.cases import CASES, NAMES

# Inputs of which a number may count and does not have to: another input decides, or only one number
# would change the result.
CHOSEN = {"where": (0, 1, 2), "gather_elements": (0,), "compare": (0, 1)}
POSITIONS = 12  # to try in each case
HUGE = 1e6  # larger than anything near it: wins any maximum


def seen(op, index, shapes):
    return op.input_region(Box.at(index), *shapes)


def slices(box):
    return tuple(map(slice, box.start, box.stop))


def some_indices(shape, rng):
    """Random positions, and the corners, where the padding is."""
    corners = {tuple(0 for _ in shape), tuple(size - 1 for size in shape)}
    drawn = {tuple(int(rng.integers(size)) for size in shape) for _ in range(POSITIONS)}
    return sorted(corners | drawn)


def borders(box):
    """The outermost layers of a box, two for each axis."""
    for axis in range(len(box.start)):
        for edge in (box.start[axis], box.stop[axis] - 1):
            start, stop = list(box.start), list(box.stop)
            start[axis], stop[axis] = edge, edge + 1
            yield Box(tuple(start), tuple(stop))


def moved(xs, number, place):
    """The inputs with one more that is changed at ``place``: once to a huge number, once to another
    small one.
    """
    for value in (HUGE, -HUGE, 0.123, 0.321):
        changed = [x.copy(order="K") for x in xs]
        changed[number][place] = value
        yield changed


def set_up(case):
    op, xs = case.op(), case.inputs()
    rng = np.random.default_rng(17)
    return op, xs, op.forward(*xs)[0], rng


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_windows_lie_inside_the_inputs_and_nothing_outside_of_them_is_seen(case):
    op, xs, y, rng = set_up(case)
    for index in some_indices(y.shape, rng):
        changed = [rng.uniform(-HUGE, HUGE, x.shape) for x in xs]
        for x, other, box in zip(xs, changed, seen(op, index, [x.shape for x in xs]), strict=True):
            if box is not None:
                assert all(0 <= a < b <= n for a, b, n in zip(*box, x.shape, strict=True))
                other[slices(box)] = x[slices(box)]
        assert op.forward(*changed)[0][index] == y[index]


def deciding(case):
    """The numbers of the inputs of which every number counts."""
    return set(range(len(case.shapes))) - set(CHOSEN.get(case.op_type, ()))


@pytest.mark.parametrize(
    "case", [case for case in CASES if deciding(case)], ids=lambda case: case.name
)
def test_every_border_is_seen(case):
    op, xs, y, rng = set_up(case)
    for index in some_indices(y.shape, rng):
        boxes = seen(op, index, [x.shape for x in xs])
        for number in sorted(deciding(case)):
            for border in borders(boxes[number]) if boxes[number] is not None else ():
                assert any(
                    op.forward(*changed)[0][index] != y[index]
                    for pixel in pixels(border, rng)
                    for changed in moved(xs, number, pixel)
                ), f"{index} does not see {border} of input {number}"


def pixels(box, rng):
    """All the positions in a box, in random order."""
    places = [
        tuple(int(i) for i in place) for place in np.ndindex(*np.subtract(box.stop, box.start))
    ]
    for number in rng.permutation(len(places)):
        yield tuple(a + b for a, b in zip(box.start, places[number], strict=True))


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_the_window_of_a_block_holds_those_of_its_positions(case):
    """And no more than the block as a whole can see: boxes chain through a network into exact
    receptive fields.
    """
    op, xs, y, rng = set_up(case)
    shapes = [x.shape for x in xs]
    for _ in range(6):
        a, b = (tuple(int(rng.integers(size)) for size in y.shape) for _ in range(2))
        block = Box.at(a).union(Box.at(b))
        indices = [
            tuple(np.add(block.start, offset))
            for offset in np.ndindex(*np.subtract(block.stop, block.start))
        ]
        single = zip(*(seen(op, tuple(map(int, index)), shapes) for index in indices), strict=True)
        for whole, parts in zip(op.input_region(block, *shapes), single, strict=True):
            boxes = [box for box in parts if box is not None]
            assert whole == (reduce(Box.union, boxes) if boxes else None)


def test_padding_shows_nothing():
    op = Conv2d(np.ones((1, 1, 2, 2)), padding=(3, 3, 3, 3))
    assert seen(op, (0, 0, 0, 0), [(1, 1, 4, 4)]) == (None,)
    pool = MaxPool((2, 2), (1, 1), padding=(1, 1, 1, 1), dilation=(3, 3))
    assert seen(pool, (0, 0, 0, 0), [(1, 1, 2, 2)]) == (None,)


def test_batch_norm_at_inference_sees_one_pixel():
    ones = np.ones(2)
    index = (1, 0, 2, 3)
    assert seen(BatchNorm(ones, ones, ones, ones), index, [(3, 2, 4, 5)]) == (Box.at(index),)
