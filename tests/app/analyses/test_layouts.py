"""Channels last inside a network, and values that are not one a picture: every way out of the
server shows them rightly.
"""

import io

import numpy as np
import onnxruntime
import pytest
from onnx import helper

from tests.app.bringing import bring
from tests.app.conftest import picture_bytes
from tests.engine.formats.onnx.files import file, random

node = helper.make_node


def twin(last):
    """A network of 5 maps of 6 × 7, with channels last behind its convolution or first."""
    arrays = {"w": random(5, 3, 3, 3), "fc": random(5, 4, seed=1), "axes": np.array([2, 3])}
    arrays["axes"] = np.array([1, 2] if last else [2, 3])
    nodes = [node("Conv", ["x", "w"], ["conv"], pads=[1, 1, 1, 1])]
    if last:
        nodes.append(node("Transpose", ["conv"], ["last"], perm=[0, 2, 3, 1]))
    nodes += [
        node("Relu", ["last" if last else "conv"], ["act"]),
        node("ReduceMean", ["act", "axes"], ["mean"], keepdims=0),
        node("MatMul", ["mean", "fc"], ["y"]),
    ]
    return file(nodes, inputs={"x": [1, 3, 6, 7]}, arrays=arrays)


def anchors():
    """Scores of all places in one list without an axis of pictures, as detectors of the kind of
    SCRFD write them.
    """
    nodes = [
        node("Conv", ["x", "w"], ["conv"], pads=[1, 1, 1, 1]),
        node("Relu", ["conv"], ["act"]),
        node("Transpose", ["act"], ["last"], perm=[0, 2, 3, 1]),
        node("Reshape", ["last", "rows"], ["anchors"]),
        node("MatMul", ["anchors", "m"], ["y"]),
    ]
    arrays = {"w": random(4, 3, 3, 3), "rows": np.array([-1, 2]), "m": random(2, 3, seed=2)}
    return file(nodes, inputs={"x": [1, 3, 6, 7]}, arrays=arrays)


def sequence():
    """Letters along the width, pictures in the middle: (T, N, K), as recognition networks write for
    CTC.
    """
    nodes = [
        node("Conv", ["x", "w"], ["conv"], pads=[0, 1, 0, 1]),
        node("Squeeze", ["conv", "two"], ["line"]),
        node("Transpose", ["line"], ["y"], perm=[2, 0, 1]),
    ]
    arrays = {"w": random(5, 3, 6, 3), "two": np.array([2])}
    return file(nodes, inputs={"x": [1, 3, 6, 7]}, arrays=arrays)


def fixed():
    """A network that was exported for one picture: its reshape says so in numbers."""
    nodes = [
        node("Conv", ["x", "w"], ["conv"], pads=[1, 1, 1, 1]),
        node("Relu", ["conv"], ["act"]),
        node("Reshape", ["act", "one"], ["flat"]),
        node("MatMul", ["flat", "fc"], ["y"]),
    ]
    arrays = {"w": random(2, 3, 3, 3), "one": np.array([1, 84]), "fc": random(84, 4, seed=1)}
    return file(nodes, inputs={"x": [1, 3, 6, 7]}, arrays=arrays)


FILES = {
    "channels first": twin(False),
    "channels last": twin(True),
    "anchors": anchors(),
    "sequence": sequence(),
    "fixed": fixed(),
}
# Layer → its layout, the shape that is shown, and the network's own where that is another.
EXPECTED = {
    "channels first": {"act": ("NCHW", [5, 6, 7], None), "y": ("NC", [4], None)},
    "channels last": {"act": ("NHWC", [5, 6, 7], [6, 7, 5]), "mean": ("NC", [5], None)},
    "anchors": {
        "last": ("NHWC", [4, 6, 7], [6, 7, 4]),
        "anchors": ("LC", [1, 84, 2], [84, 2]),
        "y": ("LC", [1, 84, 3], [84, 3]),
    },
    "sequence": {"line": ("NCW", [1, 5, 7], [5, 7]), "y": ("WNC", [1, 7, 5], [7, 5])},
    "fixed": {"flat": ("NC", [84], None), "y": ("NC", [4], None)},
}


@pytest.fixture(scope="module")
def done(own):
    """Model's id and analysis by the name of the file."""
    made = {}
    for name, data in FILES.items():
        model = bring(own, data, preset="unit")["id"]
        answer = own.post(
            "/api/v1/analyses", content=picture_bytes((7, 6)), params={"model": model}
        )
        assert answer.status_code == 201, answer.text
        made[name] = (model, answer.json())
    return made


@pytest.fixture
def get(own, done):
    def get(name, path, **params):
        answer = own.get(f"/api/v1/analyses/{done[name][1]['id']}/{path}", params=params)
        assert answer.status_code == 200, answer.text
        return answer

    return get


def load(answer):
    return np.load(io.BytesIO(answer.content))


def named(at):
    return dict(zip(("channel", "y", "x") if len(at) == 3 else ("unit",), at, strict=True))


def by_name(layers):
    return {layer["name"]: layer for layer in layers}


@pytest.mark.parametrize("name", FILES)
def test_layouts_are_told_by_the_model_and_by_the_analysis(own, done, name):
    model, analysis = done[name]
    described = own.get(f"/api/v1/models/{model}").json()["layers"]
    for layers in (described, analysis["layers"]):
        layers = by_name(layers)
        for layer, expected in EXPECTED[name].items():
            found = layers[layer]
            assert (found["layout"], found["shape"], found["native_shape"]) == expected


@pytest.mark.parametrize("name", FILES)
def test_every_number_is_onnxruntimes(get, name):
    session = onnxruntime.InferenceSession(FILES[name])
    (y,) = session.run(None, {"x": load(get(name, "layers/x", format="npy"))[None]})
    shown = load(get(name, "layers/y", format="npy"))
    np.testing.assert_allclose(shown.ravel(), y.ravel(), atol=1e-5)
    exported = load(get(name, "export", format="npz"))
    for layer in exported:
        whole = load(get(name, f"layers/{layer}", format="npy"))
        np.testing.assert_array_equal(exported[layer], whole)
        as_json = get(name, f"layers/{layer}", format="json").json()
        assert as_json["shape"] == list(whole.shape)
        np.testing.assert_allclose(np.array(as_json["data"], "f4"), whole, rtol=1e-6)
        assert get(name, f"layers/{layer}", format="png").content[:4] == b"\x89PNG"


def test_channels_last_shows_what_channels_first_shows(get, done):
    first, last = (load(get(name, "layers/act", format="npy")) for name in list(FILES)[:2])
    np.testing.assert_allclose(first, last, atol=1e-6)
    both = [by_name(done[name][1]["layers"])["act"] for name in list(FILES)[:2]]
    assert both[0]["top_channels"] == both[1]["top_channels"]
    assert both[0]["stats"]["silent_channels"] == both[1]["stats"]["silent_channels"]
    assert both[0]["stats"]["mean"] == pytest.approx(both[1]["stats"]["mean"])
    some = [load(get(name, "layers/act", format="npy", channels="3,1")) for name in list(FILES)[:2]]
    np.testing.assert_allclose(*some, atol=1e-6)


def test_channels_last_sees_what_channels_first_sees(own, done):
    spans = [
        own.get(f"/api/v1/models/{done[name][0]}/layers/act/receptive-fields").json()
        for name in list(FILES)[:2]
    ]
    assert spans[0] == spans[1]
    assert spans[0]["rows"][0] == [0, 2]
    assert len(spans[0]["columns"]) == 7


@pytest.mark.parametrize("name", FILES)
def test_terms_lie_where_the_layer_before_shows_them(get, done, name):
    values = {
        layer["name"]: load(get(name, f"layers/{layer['name']}", format="npy"))
        for layer in done[name][1]["layers"]
    }
    rng = np.random.default_rng(1)
    for layer, here in values.items():
        if layer == "x":
            continue
        for _ in range(4):
            at = tuple(int(rng.integers(size)) for size in here.shape)
            position = named(at)
            why = get(name, f"layers/{layer}/explain", **position).json()
            assert why["value"] == pytest.approx(float(here[at]), abs=1e-6)
            assert why["receptive_field"] is not None
            for term in why["terms"]:
                source = values[term["input"]]
                keys = ("unit",) if source.ndim == 1 else ("channel", "y", "x")
                if not term["padding"]:
                    place = tuple(term[key] for key in keys)
                    assert term["value"] == pytest.approx(float(source[place]), abs=1e-6)
            steps = get(name, f"layers/{layer}/strongest-path", **position).json()["steps"]
            for step in steps:
                value = values[step["layer"]][tuple(step["index"].values())]
                assert step["value"] == pytest.approx(float(value), abs=1e-6)


@pytest.mark.parametrize("name", FILES)
def test_what_a_number_sees_is_what_moves_it(get, done, name):
    layer = list(EXPECTED[name])[-1]
    shape = by_name(done[name][1]["layers"])[layer]["shape"]
    at = [size // 2 for size in shape]
    position = named(at)
    found = get(name, f"layers/{layer}/effective-receptive-field", **position).json()
    box = found["receptive_field"]["input"]
    seen = np.array(found["map"]) > 0
    assert seen.any()
    seen[box["top"] : box["bottom"], box["left"] : box["right"]] = False
    assert not seen.any()


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "method", ["saliency", "integrated_gradients", "smooth_grad", "grad_cam", "occlusion"]
)
def test_pixels_can_be_asked_about(own, done, name, method):
    asked = {"method": method, "target": 2, "curves": method == "saliency"}
    answer = own.post(f"/api/v1/analyses/{done[name][1]['id']}/attributions", json=asked)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert np.array(found["map"]).shape == (6, 7)
    if method == "integrated_gradients":
        gap = found["score"] - found["baseline_score"]
        assert found["sum"] == pytest.approx(gap, abs=0.02 * max(1, abs(gap)))


def test_grad_cam_of_channels_last_is_that_of_channels_first(own, done):
    maps = []
    for name in list(FILES)[:2]:
        answer = own.post(
            f"/api/v1/analyses/{done[name][1]['id']}/attributions",
            json={"method": "grad_cam", "target": 1},
        ).json()
        assert answer["layer"] == "act"
        maps.append(np.array(answer["map"]))
    np.testing.assert_allclose(*maps, atol=1e-6)


@pytest.mark.parametrize("name", FILES)
def test_variants_and_differences_work_on_them(own, done, name):
    changes = {"network": [{"layer": "conv", "filter": 1, "scale": 0}], "photo": {"shift": [1, 0]}}
    path = f"/api/v1/analyses/{done[name][1]['id']}/variants"
    changed = own.post(path, json=changes)
    assert changed.status_code == 201, changed.text
    apart = own.get(f"/api/v1/analyses/{changed.json()['id']}/difference").json()
    assert {layer["name"]: layer["largest"] for layer in apart["layers"]}["y"] > 0


def test_the_mean_of_everything_is_one_number(own):
    data = file([node("ReduceMean", ["x"], ["y"], keepdims=0)], inputs={"x": [1, 3, 6, 7]})
    model = bring(own, data, preset="unit")["id"]
    done = own.post(
        "/api/v1/analyses", content=picture_bytes((7, 6)), params={"model": model}
    ).json()
    layers = by_name(done["layers"])
    assert (layers["y"]["layout"], layers["y"]["shape"], layers["y"]["native_shape"]) == (
        "",
        [1],
        [],
    )
    assert layers["y"]["stats"]["max"] == pytest.approx(layers["x"]["stats"]["mean"], rel=1e-5)
