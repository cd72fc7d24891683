"""Back from a number to the input: by the largest terms, and by what whole rows and columns see."""

from functools import reduce
from itertools import pairwise

import numpy as np
import pytest

import engine
from engine import inspection
from engine.errors import ShapeError
from engine.inspection.receptive_fields import ReceptiveFields
from tests.browser.menagerie import build_menagerie
from tests.engine.networks import network, pictures

RNG = np.random.default_rng(5)


def networks():
    return {
        "branched": network().freeze(),
        "everyday": engine.load("everyday"),
        "menagerie": build_menagerie(),
    }


NETWORKS = networks()


def random_input(net):
    (shape,) = net.inputs.values()
    return RNG.standard_normal((1, *shape)).astype(np.float32)


@pytest.mark.parametrize("name", NETWORKS)
def test_each_step_is_the_largest_term_that_can_be_followed(name):
    net = NETWORKS[name]
    trace = net.forward(random_input(net))
    for node in net.nodes:
        index = tuple(int(RNG.integers(n)) for n in trace[node.name].shape)
        path = inspection.strongest_path(net, trace, node.name, index)
        assert path[0].name == node.name
        assert path[0].product is None
        for here, next_ in pairwise(path):
            assert next_.name in net.node(here.name).inputs
            assert next_.value == pytest.approx(trace[next_.name][next_.index], rel=1e-6, abs=1e-7)
            why = inspection.explain(net, trace, here.name, here.index)
            inside = inside_its_input(net, trace, here.name, why)
            largest = np.abs(why.contributions[inside]).max()
            assert abs(next_.product) == pytest.approx(largest, rel=1e-9, abs=1e-12)
        last = path[-1]
        if last.name not in net.inputs:  # a constant: nothing made it
            assert not inside_its_input(
                net, trace, last.name, inspection.explain(net, trace, last.name, last.index)
            )


def inside_its_input(net, trace, name, why):
    """Which terms are numbers rather than padded cells."""
    shapes = [trace[i].shape for i in net.node(name).inputs]
    return [
        all(0 <= p < n for p, n in zip(position, shapes[source], strict=False))
        for source, position in zip(why.input_indices, why.positions, strict=True)
    ]


def test_a_softmax_is_followed_to_its_own_score():
    net = NETWORKS["everyday"]
    trace = net.forward(random_input(net))
    path = inspection.strongest_path(net, trace, "softmax", (0, 6))
    assert path[1].name == "fc1"
    assert path[1].index == (0, 6)
    assert len(path) == len(net.nodes) + 1


@pytest.mark.parametrize("name", NETWORKS)
def test_a_place_sees_what_its_row_and_its_column_see(name):
    net = NETWORKS[name]
    shapes, fields = net.shapes(), ReceptiveFields(net)
    for node in net.nodes:
        if len(shapes[node.name]) != 4:
            with pytest.raises(ShapeError, match="no rows"):
                fields.rows_and_columns(node.name)
            continue
        rows, columns = fields.rows_and_columns(node.name)
        assert (len(rows), len(columns)) == shapes[node.name][2:]
        y, x = (int(RNG.integers(n)) for n in shapes[node.name][2:])
        box = seen_by_all_maps(fields, node.name, shapes[node.name][1], y, x)
        if box is None:  # in a frame of constants
            assert (0, 0) in (rows[y], columns[x]), node.name
        else:
            assert rows[y] == (box.start[2], box.stop[2]), node.name
            assert columns[x] == (box.start[3], box.stop[3]), node.name


def seen_by_all_maps(fields, name, maps, y, x):
    """One map after the other, joined."""
    some = range(maps) if maps < 32 else range(0, maps, 16)  # everyday, whose maps all see the same
    boxes = [fields.at(name, (0, channel, y, x)) for channel in some]
    return reduce(lambda a, b: a.union(b) if a and b else a or b, boxes)


def test_the_pictures_of_a_batch_have_paths_of_their_own():
    net = NETWORKS["branched"]
    x = pictures(2)
    trace, alone = net.forward(x), net.forward(x[1:])
    both = inspection.strongest_path(net, trace, "fc", (1, 2))
    one = inspection.strongest_path(net, alone, "fc", (0, 2))
    assert [step.index[1:] for step in both] == [step.index[1:] for step in one]
