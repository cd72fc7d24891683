"""Which kernel is taken: by rule, by the stopwatch, by order of the user, and as another process found it."""

import json

import pytest

from engine.kernels import autotune
from engine.kernels.convolution import case_of
from engine.kernels.spec import Geometry
from tests.engine.networks import network

PLAIN = Geometry((1, 1), (1, 1, 1, 1), (1, 1), 1)
LARGE = case_of((1, 32, 32, 32), (3, 3, 32, 32), PLAIN, "f")


@pytest.fixture(autouse=True)
def _a_cache_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("CONVSCOPE_KERNEL", raising=False)
    autotune._decided.cache_clear()
    yield
    autotune._decided.cache_clear()


@pytest.fixture
def timed(monkeypatch):
    """The cases that were timed; winograd2 always wins."""
    found = []

    def time(case, names):
        found.append(case)
        return autotune._Timed("winograd2", dict.fromkeys(names, 1.0))

    monkeypatch.setattr(autotune, "_time", time)
    return found


def files(folder):
    return sorted(folder.glob("convscope/*/*"))


def test_a_large_case_is_timed_once_and_by_every_kernel_that_has_a_chance(timed, tmp_path):
    assert autotune.by_stopwatch(LARGE) == autotune.by_stopwatch(LARGE) == "winograd2"
    assert timed == [LARGE]
    (kept,) = files(tmp_path)
    assert json.loads(kept.read_text())["milliseconds"].keys() == {
        "winograd4",
        "winograd2",
        "im2col",
    }


def test_another_process_takes_over_what_was_found(timed, tmp_path):
    autotune.by_stopwatch(LARGE)
    (kept,) = files(tmp_path)
    kept.write_text(json.dumps({"kernel": "im2col", "milliseconds": {}}))
    autotune._decided.cache_clear()  # as in a process that begins
    assert autotune.by_stopwatch(LARGE) == "im2col"
    assert timed == [LARGE]


def test_the_process_that_was_first_decides(tmp_path, monkeypatch):
    def time(case, names):
        path = autotune._path(case)
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps({"kernel": "winograd4", "milliseconds": {"winograd4": 0.5}}))
        return autotune._Timed("im2col", {})

    monkeypatch.setattr(autotune, "_time", time)
    assert autotune.by_stopwatch(LARGE) == "winograd4"
    assert len(files(tmp_path)) == 1


@pytest.mark.parametrize("text", ["", "{", "[]", '{"kernel": "magic", "milliseconds": {}}', "\x00"])
def test_a_broken_file_is_as_good_as_none(text, timed, tmp_path):
    path = autotune._path(LARGE)
    path.parent.mkdir(parents=True)
    path.write_text(text)
    assert autotune.by_stopwatch(LARGE) == "winograd2"
    assert timed == [LARGE]


def test_without_a_folder_to_write_to_it_is_timed_all_the_same(timed, tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    assert autotune.by_stopwatch(LARGE) == "winograd2"


@pytest.mark.parametrize(
    "case",
    [
        LARGE._replace(size=(8, 8)),  # little work
        LARGE._replace(pictures=2),  # a batch
        LARGE._replace(kernel=(5, 5)),  # only one way
        LARGE._replace(type="d"),
    ],
)
def test_the_rule_is_enough_where_timing_is_of_no_use(case, timed):
    assert autotune.by_stopwatch(case) == autotune.by_rule(case)
    assert not timed


def test_the_rule():
    def rule(shape, weight, geometry=PLAIN, kind="f"):
        return autotune.by_rule(case_of(shape, weight, geometry, kind))

    none = PLAIN._replace(padding=(0, 0, 0, 0))
    assert rule((1, 56, 56, 64), (1, 1, 64, 64), none) == "pointwise"
    assert rule((1, 56, 56, 64), (1, 1, 64, 64), none._replace(stride=(2, 2))) == "im2col"
    assert rule((1, 56, 56, 64), (3, 3, 1, 64), PLAIN._replace(groups=64)) == "depthwise"
    assert rule((1, 56, 56, 64), (3, 3, 64, 64)) == "winograd4"
    assert rule((1, 7, 7, 64), (3, 3, 64, 64)) == "im2col"


def test_the_user_overrules_where_the_kernel_fits(timed, monkeypatch):
    monkeypatch.setenv("CONVSCOPE_KERNEL", "im2col")
    assert autotune.by_stopwatch(LARGE) == autotune.by_rule(LARGE) == "im2col"
    monkeypatch.setenv("CONVSCOPE_KERNEL", "depthwise")
    autotune._decided.cache_clear()
    assert autotune.by_rule(LARGE) == "winograd4"
    monkeypatch.setenv("CONVSCOPE_KERNEL", "rule")
    autotune._decided.cache_clear()
    assert autotune.by_stopwatch(LARGE) == "winograd4"
    assert not timed


def test_the_stopwatch_finds_the_fastest(monkeypatch):
    timed = autotune._time(LARGE, ["im2col", "winograd4"])
    assert timed.milliseconds.keys() == {"im2col", "winograd4"}
    assert timed.milliseconds[timed.kernel] == min(timed.milliseconds.values()) > 0


def test_the_plan_of_a_network_tells_of_every_convolution():
    net = network("float32").freeze()
    plan = autotune.plan_of(net)
    assert [choice.layer for choice in plan] == [
        node.name for node in net.nodes if node.op.kind == "conv"
    ]
    assert {choice.layer: choice.kernel for choice in plan}["depthwise"] == "depthwise"
