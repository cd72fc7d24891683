"""Which algorithm is used: by the heuristic, as it was measured, or by order of the user. A run
never measures.
"""

import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from engine.kernels import autotune, autotune_cache
from engine.kernels.autotune_cache import Measured
from engine.kernels.convolution import conv_problem
from engine.kernels.spec import ConvParams
from engine.network import Network, Node
from engine.ops import Conv2d
from tests.engine.networks import network

PLAIN = ConvParams((1, 1), (1, 1, 1, 1), (1, 1), 1)
LARGE = conv_problem((1, 32, 32, 32), (3, 3, 32, 32), PLAIN, "f")


@pytest.fixture(autouse=True)
def file(tmp_path, monkeypatch):
    """The file of choices, in a folder of its own; the process begins as if it had just started."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("CONVSCOPE_KERNEL", raising=False)
    autotune_cache.load.cache_clear()
    yield autotune_cache.path()
    autotune_cache.load.cache_clear()


@pytest.fixture
def measured(monkeypatch):
    """The problems that were measured; winograd2 always wins."""
    found = []

    def measure(problem, names):
        found.append(problem)
        return Measured("winograd2", dict.fromkeys(names, 1.0))

    monkeypatch.setattr(autotune, "_measure", measure)
    return found


def large():
    """A network with one large convolution, and two of it that are the same problem."""
    rng = np.random.default_rng(0)
    weight = rng.standard_normal((32, 32, 3, 3)).astype(np.float32)
    nodes = [
        Node("first", Conv2d(weight, padding=(1, 1, 1, 1)), ("input",)),
        Node("second", Conv2d(weight, padding=(1, 1, 1, 1)), ("first",)),
    ]
    return Network(nodes, inputs={"input": (32, 32, 32)}, outputs=["second"]).freeze()


def as_in_a_new_process():
    autotune_cache.load.cache_clear()


def test_a_run_measures_nothing_and_goes_by_the_heuristic(measured, file):
    x = np.ones((1, 32, 32, 32), np.float32)
    large().forward(x)
    assert not measured
    assert not file.exists()
    assert [choice.algorithm for choice in autotune.choices(large())] == ["winograd4"] * 2
    assert autotune.autotuned(LARGE) == autotune.heuristic(LARGE) == "winograd4"


def test_each_large_problem_is_measured_once_by_every_algorithm_with_a_chance(measured, file):
    choices = autotune.tune(large())
    assert measured == [LARGE]
    assert [choice.algorithm for choice in choices] == ["winograd2"] * 2
    (found,) = json.loads(file.read_text())["choices"].values()
    assert found["milliseconds"].keys() == {"winograd4", "winograd2", "im2col"}


def test_a_network_that_is_loaded_afterwards_follows_what_was_measured(measured):
    x = np.random.default_rng(1).standard_normal((1, 32, 32, 32)).astype(np.float32)
    before, untuned = large(), large().forward(x)
    before.forward(x)
    autotune.tune(large())
    tuned = large().forward(x)
    assert not np.array_equal(tuned["second"], untuned["second"])
    # A network in use keeps to what it began with, and a restart gives the same numbers.
    assert np.array_equal(before.forward(x)["second"], untuned["second"])
    as_in_a_new_process()
    assert np.array_equal(large().forward(x)["second"], tuned["second"])


def test_what_was_measured_for_other_networks_stays(measured, file):
    other = LARGE._replace(size=(40, 40))
    autotune_cache.store({other: Measured("im2col", {"im2col": 0.5})})
    autotune.tune(large())
    assert autotune.autotuned(other) == "im2col"
    assert autotune.autotuned(LARGE) == "winograd2"


def test_choices_of_another_machine_count_for_nothing(measured, file, monkeypatch):
    autotune.tune(large())
    monkeypatch.setattr(autotune_cache, "_machine", lambda: "another")
    as_in_a_new_process()
    assert autotune.autotuned(LARGE) == "winograd4"
    autotune_cache.store({})
    assert json.loads(file.read_text()) == {"machine": "another", "choices": {}}


BROKEN = [
    "",
    "{",
    "[]",
    "\x00",
    '{"machine": "KEY"}',
    '{"machine": "KEY", "choices": {"PROBLEM": {"algorithm": "magic", "milliseconds": {}}}}',
    '{"machine": "KEY", "choices": {"PROBLEM": {"algorithm": "depthwise", "milliseconds": {}}}}',
    '{"machine": "KEY", "choices": {"PROBLEM": {"algorithm": "im2col", "milliseconds": 1}}}',
]


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_file_is_as_good_as_none(text, measured, file):
    file.parent.mkdir(parents=True)
    text = text.replace("KEY", autotune_cache._machine())
    file.write_text(text.replace("PROBLEM", autotune_cache.key(LARGE)))
    assert autotune.autotuned(LARGE) == "winograd4"
    autotune.tune(large())
    assert autotune.autotuned(LARGE) == "winograd2"


def test_where_nothing_can_be_written_the_heuristic_stays(measured, tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    with pytest.raises(OSError, match="file"):
        autotune.tune(large())
    assert autotune.autotuned(LARGE) == "winograd4"
    as_in_a_new_process()
    assert autotune.autotuned(LARGE) == "winograd4"


def test_several_processes_leave_a_whole_file(measured, file):
    problems = [LARGE._replace(size=(size, 32)) for size in range(32, 48)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda p: autotune_cache.store({p: Measured("im2col", {})}), problems))
    assert json.loads(file.read_text())["choices"]
    assert list(file.parent.iterdir()) == [file]


def test_a_check_stops_the_measuring(measured):
    def check():
        raise TimeoutError

    with pytest.raises(TimeoutError):
        autotune.tune(large(), check)
    assert not measured


@pytest.mark.parametrize(
    "problem",
    [
        LARGE._replace(size=(8, 8)),  # little work
        LARGE._replace(images=2),  # a batch
        LARGE._replace(kernel=(5, 5)),  # only one algorithm
        LARGE._replace(type="d"),
    ],
)
def test_problems_for_which_nothing_is_measured(problem, file):
    autotune_cache.store({problem: Measured("im2col", {"im2col": 0.1})})
    assert autotune.autotuned(problem) == autotune.heuristic(problem)


def test_the_heuristic():
    def chosen(shape, weight, params=PLAIN):
        return autotune.heuristic(conv_problem(shape, weight, params, "f"))

    none = PLAIN._replace(padding=(0, 0, 0, 0))
    assert chosen((1, 56, 56, 64), (1, 1, 64, 64), none) == "pointwise"
    assert chosen((1, 56, 56, 64), (1, 1, 64, 64), none._replace(stride=(2, 2))) == "im2col"
    assert chosen((1, 56, 56, 64), (3, 3, 1, 64), PLAIN._replace(groups=64)) == "depthwise"
    assert chosen((1, 56, 56, 64), (3, 3, 64, 64)) == "winograd4"
    assert chosen((1, 7, 7, 64), (3, 3, 64, 64)) == "im2col"


def test_the_user_overrules_both_where_the_algorithm_suits(measured, monkeypatch):
    autotune.tune(large())
    monkeypatch.setenv("CONVSCOPE_KERNEL", "im2col")
    assert autotune.autotuned(LARGE) == autotune.heuristic(LARGE) == "im2col"
    monkeypatch.setenv("CONVSCOPE_KERNEL", "depthwise")
    assert autotune.heuristic(LARGE) == "winograd4"
    assert autotune.autotuned(LARGE) == "winograd2"
    monkeypatch.setenv("CONVSCOPE_KERNEL", "heuristic")
    assert autotune.autotuned(LARGE) == "winograd4"


def test_measuring_finds_the_fastest():
    found = autotune._measure(LARGE, ["im2col", "winograd4"])
    assert found.milliseconds.keys() == {"im2col", "winograd4"}
    assert found.milliseconds[found.algorithm] == min(found.milliseconds.values()) > 0


def test_the_choices_of_a_network_name_every_convolution():
    net = network("float32").freeze()
    choices = autotune.choices(net)
    assert [c.layer for c in choices] == [n.name for n in net.nodes if n.op.op_type == "conv"]
    assert {c.layer: c.algorithm for c in choices}["depthwise"] == "depthwise"
