"""What a network answers, over the API and on the shell: every output is named, and can be asked
about.
"""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from app.cli import main
from engine.network import Network, Node
from engine.ops import Conv2d, Dense, Flatten, GlobalAveragePool, Relu, Sigmoid, Softmax
from tests.app.bringing import MODELS, as_onnx, bring, refused


def network(*steps, outputs, k=3):
    rng = np.random.default_rng(6)

    def weight(*shape):
        return rng.normal(0, 0.5, shape).astype(np.float32)

    nodes = [
        Node("conv", Conv2d(weight(4, 3, 3, 3), padding=(1, 1, 1, 1)), ("image",)),
        Node("relu", Relu(), ("conv",)),
        Node("mean", GlobalAveragePool(), ("relu",)),
        Node("list", Flatten(), ("mean",)),
        Node("z", Dense(weight(k, 4)), ("list",)),
    ]
    for name, op, *reads in steps:
        nodes.append(Node(name, op, tuple(reads) or (nodes[-1].name,)))
    return Network(nodes, inputs={"image": (3, 8, 8)}, outputs=outputs)


@pytest.fixture
def two():
    """Angles first, classes second."""
    angles = Dense(np.random.default_rng(1).normal(size=(2, 4)).astype(np.float32))
    return as_onnx(network(("p", Softmax()), ("angles", angles, "list"), outputs=("angles", "p")))


@pytest.fixture
def cat_or_dog():
    return as_onnx(network(("p", Sigmoid()), outputs=("p",), k=1))


def analysed(client, photo, model):
    answer = client.post(
        "/api/v1/analyses",
        content=photo,
        params={"model": model["id"]},
        headers={"Content-Type": "image/png"},
    )
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


def ask(client, analysis, **options):
    return client.post(f"/api/v1/analyses/{analysis['id']}/attributions", json=options)


def test_a_model_says_what_its_outputs_are(client, two):
    model = bring(client, two)
    angles, p = model["outputs"]
    assert (angles["name"], angles["kind"], angles["primary"]) == ("angles", "numbers", False)
    assert angles["reason"]
    assert p == {
        "name": "p",
        "kind": "classes",
        "shape": [3],
        "classes": 3,
        "labels": None,
        "logits": "z",
        "activation": "softmax",
        "primary": True,
        "reason": p["reason"],
    }
    listed = {m["id"]: m for m in client.get(MODELS).json()["models"]}
    assert listed[model["id"]]["classes"] == 3


def test_an_analysis_has_every_outputs_answer(client, photo, two):
    analysis = analysed(client, photo, bring(client, two))
    angles, p = analysis["outputs"]
    values = client.get(f"/api/v1/analyses/{analysis['id']}/layers/angles").json()["data"]
    assert (angles["kind"], angles["values"]) == ("numbers", values)
    assert p["predictions"] == analysis["predictions"]
    assert len(p["predictions"]) == 3


def test_each_output_can_be_asked_about(client, photo, two):
    analysis = analysed(client, photo, bring(client, two))
    usual = ask(client, analysis, method="saliency").json()
    assert (usual["target"]["output"], usual["target"]["layer"]) == ("p", "z")
    other = ask(client, analysis, method="saliency", output="angles", target=1, curves=True).json()
    assert other["target"] == {"output": "angles", "layer": "angles", "unit": 1, "label": None}
    values = client.get(f"/api/v1/analyses/{analysis['id']}/layers/angles").json()["data"]
    assert other["score"] == pytest.approx(values[1])
    assert other["curves"]["deletion"][0] == pytest.approx(values[1])
    problem = ask(client, analysis, method="saliency", output="nose")
    assert problem.status_code == 422
    assert "'angles', 'p'" in problem.json()["detail"]


def test_predictions_of_one_of_several_outputs(client, photo, two):
    model = bring(client, two)

    def predicted(**params):
        return client.post(
            "/api/v1/predict",
            content=photo,
            params={"model": model["id"], **params},
            headers={"Content-Type": "image/png"},
        )

    assert predicted().json() == predicted(output="p").json()
    assert len(predicted().json()) == 3
    assert predicted(output="angles").json() == []
    assert predicted(output="nose").status_code == 422


def test_one_sigmoid_takes_two_names_and_answers_both(client, photo, cat_or_dog):
    model = bring(client, cat_or_dog, labels="cat\ndog")
    assert model["outputs"][0]["kind"] == "binary"
    assert model["labels"] == ["cat", "dog"]
    analysis = analysed(client, photo, model)
    shares = {entry["label"]: entry["score"] for entry in analysis["predictions"]}
    (yes,) = client.get(f"/api/v1/analyses/{analysis['id']}/layers/p").json()["data"]
    assert shares == pytest.approx({"cat": 1 - yes, "dog": yes})
    cat, dog = (
        ask(client, analysis, method="input_x_gradient", target=label).json()
        for label in ("cat", "dog")
    )
    assert (cat["target"]["unit"], cat["target"]["label"]) == (0, "cat")
    assert cat["score"] == -dog["score"]
    np.testing.assert_allclose(np.array(cat["map"]), -np.array(dog["map"]))


@pytest.mark.parametrize("labels", ["cat", "cat\ndog\ncow"])
def test_one_sigmoid_takes_no_other_number_of_names(client, cat_or_dog, labels):
    problem = refused(client, cat_or_dog, labels=labels)
    assert (problem["limit"], problem["actual"]) == (2, len(labels.split()))


def test_a_yes_or_no_is_learned_from_a_photo(client, photo, cat_or_dog):
    analysis = analysed(client, photo, bring(client, cat_or_dog, labels="cat\ndog"))
    options = {"label": "cat", "learning_rate": 0.01, "optimiser": "sgd"}
    answer = client.post(f"/api/v1/analyses/{analysis['id']}/training-step", json=options)
    assert answer.status_code in (200, 201), answer.text
    step = answer.json()
    shares = {entry["label"]: entry["score"] for entry in analysis["predictions"]}
    assert step["loss"]["value"] == pytest.approx(-np.log(shares["cat"]), rel=1e-4)
    assert step["loss"]["after"] < step["loss"]["value"]


def test_the_list_of_models_runs_no_network_again(client, two, monkeypatch):
    bring(client, two)
    client.get(MODELS)
    monkeypatch.setattr(Network, "forward", None)
    assert client.get(MODELS).status_code == 200


def test_the_shell_says_and_asks_the_same(tmp_path, photo, two):
    file, picture, out = tmp_path / "two.onnx", tmp_path / "photo.png", tmp_path / "out.json"
    file.write_bytes(two)
    picture.write_bytes(photo)

    def convscope(*args):
        result = CliRunner().invoke(main.app, [str(a) for a in args])
        assert result.exit_code == 0, result.output
        return result.stdout

    told = convscope("inspect", file)
    assert "numbers" in told
    assert "classes, primary" in told
    convscope("explain", picture, "--model", file, "--output", "angles", "--class", 1, "--json", out, "--method", "saliency")  # fmt: skip
    assert json.loads(out.read_text())["target"]["output"] == "angles"
    entries = json.loads(convscope("predict", picture, "--model", file, "--output", "p", "--json"))
    assert len(entries[0]["predictions"]) == 3
