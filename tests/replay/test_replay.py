"""The replay itself: that it asks for all there is, and that it cannot miss a change."""

import numpy as np
import pytest

from engine.ops import GlobalAveragePool
from tests.replay import wire
from tests.replay.client import api
from tests.replay.digests import differences, from_text, joined, of_array, of_content, to_text
from tests.replay.networks import GENERATED
from tests.replay.walk import NetworkReplay

NUMBERS = np.linspace(-3, 8, 60, dtype=np.float32).reshape(3, 4, 5)


def test_a_changed_value_is_seen_exactly_and_nearly():
    (before,) = {of_array(NUMBERS)}
    rounding, wrong = NUMBERS.copy(), NUMBERS.copy()
    rounding[1, 2, 3] = np.nextafter(rounding[1, 2, 3], np.float32(99))
    wrong[1, 2, 3] += 0.5
    assert differences({"a": before}, {"a": of_array(NUMBERS)}, exactly=True) == []
    assert differences({"a": before}, {"a": of_array(rounding)}, exactly=False) == []
    ((name, how),) = differences({"a": before}, {"a": of_array(rounding)}, exactly=True)
    assert (name, how) == ("a", "other last digits")
    for exactly in (True, False):
        ((name, how),) = differences({"a": before}, {"a": of_array(wrong)}, exactly=exactly)
        assert name == "a"
        assert "other numbers" in how


def test_two_values_that_change_places_are_seen():
    swapped = NUMBERS.copy()
    swapped[0], swapped[2] = NUMBERS[2], NUMBERS[0]
    assert not of_array(NUMBERS).is_near(of_array(swapped))
    assert not joined([of_array(NUMBERS[0]), of_array(NUMBERS[1])]).is_near(
        joined([of_array(NUMBERS[1]), of_array(NUMBERS[0])])
    )


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ({"title": "b", "layers": [{"id": "conv1", "sum": 0.5, "on": True}], "x": None}, True),
        ({"a": "t", "b": [{"c": "conv2", "d": 0.5, "e": True}], "f": None}, False),
        ({"a": "t", "b": [{"c": "conv1", "d": 0.5, "e": False}], "f": None}, False),
        ({"a": "t", "b": [{"c": "conv1", "d": 0.5, "e": True}], "f": 1}, False),
        ({"a": "t", "b": [{"c": "conv1", "d": 0.75, "e": True}], "f": None}, False),
        ({"a": "t", "b": [{"c": "conv1", "d": 0.5, "e": True}]}, False),
        ({"timings_ms": {"total": 9}, "b": [{"c": "conv1", "d": 0.5, "e": True}], "f": None}, True),
    ],
)
def test_values_of_a_document_count_and_its_names_and_sentences_do_not(other, same):
    content = {"a": "text", "b": [{"c": "conv1", "d": 0.5, "e": True}], "f": None}
    names = {"conv1", "conv2"}
    assert of_content(content, names).is_near(of_content(other, names)) is same
    assert (of_content(content, names).exact == of_content(other, names).exact) is same


def test_lines_are_read_as_they_are_written():
    lines = {"a b": of_array(NUMBERS), "c": of_content([1, None], ())}
    kind, read = from_text(to_text("some machine", lines))
    assert kind == "some machine"
    assert differences(lines, read, exactly=True) == []
    gone_and_new = differences(lines, {"d": read["c"]}, exactly=True)
    assert gone_and_new == [("a b", "gone"), ("c", "gone"), ("d", "new")]


@pytest.fixture(scope="module")
def door(tmp_path_factory):
    with api(tmp_path_factory.mktemp("replay")) as door:
        yield door


def test_a_change_in_one_op_is_named(door, monkeypatch):
    """The means are a hundredth too large: they and all that reads them differ, and no value before
    them does.
    """
    query = {"name": "tags", "preset": "unit"}
    model = door.send(wire.MODELS, GENERATED["tags"](), query=query)[wire.ID]

    def lines(photo):
        return dict(NetworkReplay(door, "tags", model, (photo,)).lines())

    before, forward = lines("car"), GlobalAveragePool.forward

    def planted(self, *xs, **more):
        y, cache = forward(self, *xs, **more)
        return y * np.float32(1.01), cache

    assert differences(before, lines("car"), exactly=True) == []
    monkeypatch.setattr(GlobalAveragePool, "forward", planted)
    door.forget(model)
    model = door.send(wire.MODELS, GENERATED["tags"](), query=query)[wire.ID]
    wrong = dict(differences(before, lines("car"), exactly=False))
    values = [name for name in before if name.startswith("tags value")]
    changed = [name for name in values if name in wrong]
    assert changed == values[-4:]  # the means, the list of them, the dense layer, the sigmoid
    assert "other numbers" in wrong[changed[0]]
    assert {"tags analysis", "tags export"} <= wrong.keys()


def test_every_json_route_is_replayed(door):
    document = door.get("/openapi.json")
    routes = {
        path.removeprefix(wire.API)
        for path, methods in document["paths"].items()
        for method, about in methods.items()
        if method in ("get", "post")
        and any(
            "application/json" in a.get("content", {})
            for s, a in about["responses"].items()
            if s < "3"
        )
    }
    constants = {name: value for name, value in vars(wire).items() if name.isupper()}
    asked = {path for path in constants.values() if isinstance(path, str) and path[:1] == "/"}
    assert routes - asked - set(wire.UNREPLAYED) == set()
    assert asked - routes - {wire.API} == set()
