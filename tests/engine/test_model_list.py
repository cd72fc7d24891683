"""The list of networks in tests/models.json: each is built, read as an upload is, and run beside
onnxruntime, or refused as it says.
"""

import json
import re
from importlib import import_module
from pathlib import Path

import pytest

from app.errors import AppError
from tests.engine.model_list import running

LIST = json.loads((Path(__file__).parent.parent / "models.json").read_text())
RUNS = [entry for entry in LIST if "runs" in entry]
REFUSED = [entry for entry in LIST if "refused" in entry]


def name(entry):
    return entry["builder"]


@pytest.mark.parametrize("entry", RUNS, ids=name)
def test_every_value_is_that_of_onnxruntime(entry):
    data = running.built(entry["builder"])
    network = running.read(data)
    wrong, compared = running.differences(network, data, entry.get("rounded", False))
    assert wrong == []
    assert compared >= 3
    assert running.unexplained(network, data) == []
    if "kinds" in entry:
        assert [info.kind for info in network.output_infos] == entry["kinds"]


@pytest.mark.parametrize("entry", REFUSED, ids=name)
def test_what_cannot_be_shown_is_refused_with_its_reason(entry):
    with pytest.raises(AppError, match=re.escape(entry["refused"])):
        running.read(running.built(entry["builder"]))


def test_what_is_left_out_is_said():
    """Non-maximum suppression: all boxes and scores are the outputs, and the summary says where the
    network ends.
    """
    network = running.read(running.built("detectors.with_suppression"))
    assert [network.shapes()[output] for output in network.outputs] == [(1, 64, 4), (1, 3, 64)]
    assert "NonMaxSuppression 'NonMaxSuppression_8' reads" in network.meta["summary"]


def test_the_list_is_long_and_whole():
    """At least sixty, none twice, each builder in it."""
    builders = [entry["builder"] for entry in LIST]
    assert len(LIST) >= 60
    assert len(set(builders)) == len(builders)
    assert all(("runs" in entry) != ("refused" in entry) for entry in LIST)
    for module in {builder.split(".")[0] for builder in builders}:
        made = vars(import_module(f"tests.engine.model_list.{module}")).values()
        own = {f.__name__ for f in made if getattr(f, "__module__", "").endswith(f".{module}")}
        listed = {b.split(".")[1] for b in builders if b.startswith(f"{module}.")}
        assert {each for each in own if not each.startswith("_")} == listed
