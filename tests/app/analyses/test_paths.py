"""Weights, trails and fields over HTTP are the engine's."""

import io

import numpy as np
import pytest

from app.analyses import paths, serializers
from app.analyses.analysis import analyze
from app.images.decoding import Limits
from app.models.registry import Registry
from engine import inspection
from engine.attribution import effective_field
from engine.inspection.receptive_fields import ReceptiveFields

MODEL = "/api/v1/models/tiny/layers"


@pytest.fixture(scope="module")
def layers(analysis):
    return f"/api/v1/analyses/{analysis['id']}/layers"


@pytest.fixture(scope="module")
def trace(tiny, photo):
    return analyze("tiny", tiny, photo, Limits(10**7, 10**7)).trace


def test_weights_in_every_form(client, tiny):
    op = tiny.node("conv1").op
    as_json = client.get(f"{MODEL}/conv1/weights").json()
    assert as_json["shape"] == [4, 3, 3, 3]
    assert as_json["filters"] == [0, 1, 2, 3]
    np.testing.assert_array_equal(np.array(as_json["parameters"]["weight"], "f4"), op.weight)
    np.testing.assert_array_equal(np.array(as_json["parameters"]["bias"], "f4"), op.bias)
    npy = client.get(f"{MODEL}/conv1/weights?format=npy&filters=2,0")
    np.testing.assert_array_equal(np.load(io.BytesIO(npy.content)), op.weight[[2, 0]])
    npz = client.get(f"{MODEL}/fc1/weights", headers={"Accept": "application/x-npz"})
    arrays = np.load(io.BytesIO(npz.content))
    assert set(arrays) == {"weight", "bias"}
    np.testing.assert_array_equal(arrays["weight"], tiny.node("fc1").op.weight)


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("conv1/weights?filters=4", 422, "0 to 3"),
        ("relu1/weights", 422, "has no weights of its own"),
        ("input/weights", 422, "has no weights of its own"),
        ("nowhere/weights", 404, "no layer 'nowhere'"),
        ("conv1/weights?format=png", 406, "not on offer"),
        ("nowhere/receptive-fields", 404, "no layer 'nowhere'"),
    ],
)
def test_what_is_not_there(client, path, status, words):
    answer = client.get(f"{MODEL}/{path}")
    assert answer.status_code == status
    assert words in answer.json()["detail"]


def test_receptive_fields_of_rows_and_columns(client, tiny):
    found = client.get(f"{MODEL}/pool1/receptive-fields").json()
    rows, columns = ReceptiveFields(tiny).rows_and_columns("pool1")
    assert found == {
        "name": "pool1",
        "rows": [[*r] for r in rows],
        "columns": [[*c] for c in columns],
    }
    assert found["rows"] == [[0, 3], [1, 5], [3, 7], [5, 8]]
    assert client.get(f"{MODEL}/fc1/receptive-fields").json()["rows"] is None
    assert client.get(f"{MODEL}/input/receptive-fields").json()["rows"][3] == [3, 4]


def test_a_trail_leads_from_an_answer_to_a_pixel(client, layers, tiny, trace):
    steps = client.get(f"{layers}/softmax/strongest-path?unit=1").json()["steps"]
    path = inspection.strongest_path(tiny, trace, "softmax", (0, 1))
    assert [step["layer"] for step in steps] == [
        *("softmax", "fc1", "flatten", "pool1", "relu1", "conv1", "input")
    ]
    for step, expected in zip(steps, path, strict=True):
        assert tuple(step["index"].values()) == expected.index[1:]
        assert step["value"] == pytest.approx(expected.value, rel=1e-6)
        why = client.get(f"{layers}/{step['layer']}/explain", params=step["index"]).json()
        assert step["receptive_field"] == why["receptive_field"]
        assert step["op"] == why["op"]
    assert steps[0]["product"] is None


def test_an_effective_field_lies_within_the_receptive_field(client, layers, tiny, trace):
    at = f"{layers}/pool1/effective-receptive-field?channel=2&y=1&x=2"
    found = client.get(at).json()
    field = np.array(found["map"], np.float32)
    np.testing.assert_array_equal(field, effective_field(tiny, trace, "pool1", (0, 2, 1, 2)))
    np.testing.assert_array_equal(
        np.load(io.BytesIO(client.get(f"{at}&format=npy").content)), field
    )
    box = found["receptive_field"]["input"]
    outside = field.copy()
    outside[box["top"] : box["bottom"], box["left"] : box["right"]] = 0
    assert not outside.any()


def test_positions_are_checked(client, layers):
    for path in (
        "conv1/strongest-path?unit=1",
        "conv1/effective-receptive-field?channel=9&y=0&x=0",
        "fc1/strongest-path",
    ):
        assert client.get(f"{layers}/{path}").status_code == 422


def test_receptive_fields_and_paths_obey_their_limit(tiny):
    def check():
        raise TimeoutError

    registry = Registry({"other": lambda: tiny.replaced({})}, "other")
    with pytest.raises(TimeoutError):
        paths.receptive_fields(registry, "other", "pool1", check)
    with pytest.raises(TimeoutError):
        serializers.model(registry, "other", check)


def test_a_number_s_pixels_and_path_obey_their_limit(tiny, photo):
    def check():
        raise TimeoutError

    done = analyze("tiny", tiny, photo, Limits(10**7, 10**7))
    for work in (
        paths.strongest_path,
        paths.describe_effective_receptive_field,
        paths.effective_receptive_field,
    ):
        with pytest.raises(TimeoutError):
            work(done, "fc1", (1,), check)
