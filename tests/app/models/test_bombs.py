"""Model files that are a lot of work to whoever believes them are refused with the reason, soon."""

from time import process_time

import pytest

from app.errors import ExternalDataMissing, InvalidModel, OversizedModel
from app.models.loading import limits_of, read_model
from app.models.options import ImportOptions
from app.settings import Settings
from benchmarks.reliability.model_bombs import BOMBS
from engine.formats.onnx.file.graph import plain_name
from tests.app.bringing import as_onnx, net

REFUSED = {
    "weights that unpack to 16 GB": (OversizedModel, "parameter bytes"),
    "a number doubled 40 times": (OversizedModel, "computed on load"),
    "branches in branches": (InvalidModel, "too deeply nested"),
    "messages in messages, 9,000 levels": (InvalidModel, "too deeply nested"),
    "functions that call another twice, 40 levels": (OversizedModel, "nodes"),
    "240,000 nodes that nobody needs": (OversizedModel, "parts"),
    "300 steps that read all before them": (OversizedModel, "nodes"),
    "20,000 names of 1,000 letters": (OversizedModel, "nodes"),
    "weights in /etc/passwd": (ExternalDataMissing, "'passwd'"),
    "a sum over 36 axes": (InvalidModel, "dimensions"),
    "windows of 1,000 × 1,000": (OversizedModel, "window reads"),
    "means of 1,000 × 1,000": (OversizedModel, "window reads"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_bomb_is_refused_with_the_reason(name):
    data, (error, reason) = BOMBS[name](), REFUSED[name]
    before = process_time()
    with pytest.raises(error, match=reason):
        read_model(data, ImportOptions(), limits_of(Settings()))
    assert process_time() - before < 5


def test_a_network_that_takes_too_long_for_a_photo_is_refused():
    data = as_onnx(net())
    with pytest.raises(OversizedModel, match="more than 0 s") as refusal:
        read_model(data, ImportOptions(), limits_of(Settings()), longest_run=0)
    assert refusal.value.more == {"what": "seconds"}


@pytest.mark.parametrize(
    ("name", "plain"),
    [("a/b c", "a/b c"), ("a\nb", "a_b"), ("..", "__"), (".", "_"), ("...", "___"), ("", "")],
)
def test_a_name_becomes_part_of_an_address(name, plain):
    assert plain_name(name) == plain
