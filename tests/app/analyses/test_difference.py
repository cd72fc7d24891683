"""How far apart two analyses are: norms against a plain calculation, and pairs that cannot be
compared.
"""

from dataclasses import replace

import numpy as np
import pytest

from app.analyses.analysis import Changes, analyze
from app.analyses.variants import difference, vary
from app.errors import BadParameter
from app.images.decoding import Limits
from app.images.edits import PhotoChanges
from engine.edits import ScaleFilter
from engine.network import Network, Node
from engine.ops import Conv2d, Dense
from tests.app.conftest import build_tiny, picture_bytes

LIMITS = Limits(10**7, 10**7)


@pytest.fixture(scope="module")
def original(tiny):
    return analyze("tiny", tiny, picture_bytes(), LIMITS)


def varied(original, *edits):
    return vary(original, Changes(PhotoChanges(), edits), "varied")


def relabelled(labels, data=None):
    network = build_tiny()
    network.labels = labels
    return analyze("other", network.freeze(), data or picture_bytes(), LIMITS)


def test_every_layer_is_measured_as_the_words_say(original, tiny):
    other = analyze("tiny", tiny, picture_bytes(seed=1), LIMITS)
    apart = difference(original, other)
    assert (apart["of"], apart["to"]) == (original.id, other.id)
    assert [layer["name"] for layer in apart["layers"]] == list(original.trace)
    for layer in apart["layers"]:
        a, b = (done.trace[layer["name"]].astype(float).ravel() for done in (original, other))
        norms = np.linalg.norm(a), np.linalg.norm(b)
        assert layer["relative"] == pytest.approx(np.linalg.norm(a - b) / norms[1], rel=1e-5)
        assert layer["largest"] == pytest.approx(np.abs(a - b).max(), rel=1e-5)
        assert layer["cosine"] == pytest.approx(a @ b / (norms[0] * norms[1]), rel=1e-6)


def test_scores_stand_side_by_side_the_best_first(original, tiny):
    other = analyze("tiny", tiny, picture_bytes(seed=1), LIMITS)
    found = difference(original, other)["predictions"]
    assert [(entry["label"], entry["score"]) for entry in found] == original.predictions
    assert {entry["label"]: entry["other"] for entry in found} == dict(other.predictions)


def test_nothing_is_apart_from_itself(original):
    for layer in difference(original, varied(original))["layers"]:
        assert (layer["relative"], layer["largest"], layer["cosine"]) == (0, 0, 1)


def test_what_is_zero_everywhere_gives_no_ratio(original):
    silent = varied(original, *(ScaleFilter("conv1", i, 0.0) for i in range(4)))
    layers = {layer["name"]: layer for layer in difference(original, silent)["layers"]}
    assert layers["conv1"]["relative"] is None
    assert layers["conv1"]["cosine"] is None
    assert layers["conv1"]["largest"] > 0
    assert layers["input"]["relative"] == 0
    back = {layer["name"]: layer for layer in difference(silent, original)["layers"]}
    assert back["conv1"]["relative"] == pytest.approx(1)
    nothing = difference(silent, varied(silent))["layers"][1]
    assert (nothing["relative"], nothing["largest"], nothing["cosine"]) == (None, 0, None)


def test_classes_with_the_same_label_are_told_apart():
    of, to = (relabelled(("crane", "crane", "bear"), picture_bytes(seed=n)) for n in (0, 1))
    found = difference(of, to)["predictions"]
    assert sorted(entry["other"] for entry in found) == sorted(s for _, s in to.predictions)
    assert [(entry["label"], entry["score"]) for entry in found] == of.predictions


def test_networks_of_other_classes_are_compared_in_their_layers_only(original):
    found = difference(original, relabelled(("x", "y", "z")))
    assert [layer["name"] for layer in found["layers"]] == list(original.trace)
    assert found["predictions"] == []


def retrained(conv=None, classes=3, first="conv1"):
    """A network as ``build_tiny`` makes them, with other weights, classes or names."""
    network = build_tiny()
    rng = np.random.default_rng(3)
    nodes = {node.name: node for node in network.nodes}
    weights = rng.normal(0, 0.5, conv or (4, 3, 3, 3)).astype(np.float32)
    biases = np.zeros(len(weights), np.float32)
    layer = Node(first, Conv2d(weights, biases, padding=(1, 1, 1, 1)), ("input",))
    scores = Dense(
        rng.normal(0, 0.5, (classes, 16 * len(weights))).astype(np.float32),
        np.zeros(classes, np.float32),
    )
    other = Network(
        [
            layer,
            replace(nodes["relu1"], inputs=(first,)),
            nodes["pool1"],
            nodes["flatten"],
            Node("fc1", scores, ("flatten",)),
            nodes["softmax"],
        ],
        inputs=network.inputs,
        outputs=network.outputs,
        labels=tuple("abcdefg"[:classes]) if classes != 3 else network.labels,
        preprocess=network.preprocess,
        name="other",
    )
    return analyze("other", other.freeze(), picture_bytes(), LIMITS)


def test_two_networks_of_one_architecture_are_compared_in_every_layer_and_class(original):
    other = retrained()
    found = difference(other, original)
    assert [layer["name"] for layer in found["layers"]] == list(original.trace)
    assert found["unmatched"] == {"of": [], "to": []}
    for layer in found["layers"]:
        a, b = (done.trace[layer["name"]].astype(float).ravel() for done in (other, original))
        assert layer["relative"] == pytest.approx(
            np.linalg.norm(a - b) / np.linalg.norm(b), rel=1e-5
        )
    assert [row["label"] for row in found["predictions"]] == [name for name, _ in other.predictions]


def test_layers_of_one_side_only_are_named_and_the_others_compared(original):
    found = difference(retrained(classes=5), original)
    names = ["input", "conv1", "relu1", "pool1", "flatten"]
    assert [layer["name"] for layer in found["layers"]] == names
    assert found["unmatched"] == {"of": ["fc1", "softmax"], "to": ["fc1", "softmax"]}
    assert found["predictions"] == []
    renamed = difference(original, retrained(first="stem"))
    assert renamed["unmatched"] == {"of": ["conv1"], "to": ["stem"]}


def test_networks_with_no_layer_in_common_are_not_compared(original):
    network = build_tiny()
    renamed = Network(
        [
            replace(node, name=f"{node.name}x", inputs=tuple(_suffixed(i) for i in node.inputs))
            for node in network.nodes
        ],
        inputs=network.inputs,
        outputs=("softmaxx",),
        labels=network.labels,
        preprocess=network.preprocess,
        name="other",
    )
    other = analyze("other", renamed.freeze(), picture_bytes(), LIMITS)
    with pytest.raises(BadParameter, match="The two networks have no layer"):
        difference(original, other)


def _suffixed(name):
    return name if name == "input" else f"{name}x"


def test_over_http(client, analysis):
    base = f"/api/v1/analyses/{analysis['id']}"
    edit = {"layer": "conv1", "filter": 1, "scale": 0}
    variant = client.post(f"{base}/variants", json={"network": [edit]}).json()["id"]
    to_original = client.get(f"/api/v1/analyses/{variant}/difference")
    assert to_original.status_code == 200
    assert to_original.json()["to"] == analysis["id"]
    named = client.get(f"/api/v1/analyses/{variant}/difference?to={analysis['id']}")
    assert named.json() == to_original.json()
    assert client.get(f"{base}/difference").status_code == 422
    assert client.get(f"{base}/difference?to=nope").status_code == 404
