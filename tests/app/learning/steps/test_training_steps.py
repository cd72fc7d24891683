"""Steps of trainings: by the optimisers' formulas, and bit for bit those that the training's
process takes.
"""

import io
import time

import numpy as np
import pytest

from app.client import Client
from app.http.application import create_app
from app.http.schemas.common import ExplanationOut
from app.http.schemas.steps import ActivationGradient, Step, WeightGradient, WeightUpdate
from app.learning.steps.store import StepStore
from app.settings import Settings
from engine.network import Network, Node
from engine.ops import BatchNorm, Conv2d, Dense, Dropout, Flatten, MaxPool, Relu, Softmax
from engine.preprocess import Preprocess
from engine.train.augment import NONE
from engine.train.config import TrainConfig
from engine.train.data import Dataset
from engine.train.loop import StepDone, train
from engine.train.state import TrainState
from tests.app.conftest import LABELS, TestClient, run_coroutine
from tests.app.learning.steps.formulas import DECAY, MOMENTUM, OPTIMISERS, array, ask, check_update


def small():
    """With batch normalisation and dropout, on 8 × 8 pixels."""
    rng = np.random.default_rng(3)

    def normal(*shape):
        return rng.normal(0, 0.4, shape).astype(np.float32)

    ones, zeros = np.ones(4, np.float32), np.zeros(4, np.float32)
    return Network(
        [
            Node(
                "conv1", Conv2d(normal(4, 3, 3, 3), zeros.copy(), padding=(1, 1, 1, 1)), ("input",)
            ),
            Node(
                "norm1", BatchNorm(ones.copy(), zeros.copy(), zeros.copy(), ones.copy()), ("conv1",)
            ),
            Node("relu1", Relu(), ("norm1",)),
            Node("pool1", MaxPool(kernel=(2, 2), stride=(2, 2)), ("relu1",)),
            Node("dropout1", Dropout(0.25), ("pool1",)),
            Node("flatten", Flatten(), ("dropout1",)),
            Node("fc1", Dense(normal(3, 64), np.zeros(3, np.float32)), ("flatten",)),
            Node("softmax", Softmax(), ("fc1",)),
        ],
        inputs={"input": (3, 8, 8)},
        outputs=("softmax",),
        labels=LABELS,
        preprocess=Preprocess(input_size=(3, 8, 8), mean=(0.5, 0.4, 0.3), std=(0.25, 0.3, 0.2)),
    )


def pictures():
    rng = np.random.default_rng(5)
    return Dataset(rng.integers(0, 256, (60, 8, 8, 3), np.uint8), np.arange(60) % 3, LABELS)


def config(name):
    return TrainConfig(
        epochs=2, batch_size=12, optimiser=name, learning_rate=0.02, momentum=MOMENTUM, validation_fraction=0.2,
        weight_decay=DECAY, label_smoothing=0.0, augmentation=NONE, schedule="constant",
    )  # fmt: skip


def state_before(name, number):
    """The state of a training before a step, from 1."""
    state = TrainState(small(), config(name))
    for event in train(pictures(), state):
        if isinstance(event, StepDone) and event.step == number - 1:
            break
    return state


def look(executor, name, number):
    """A step of a training, by the road that the server goes."""
    steps = StepStore(executor, 10**8)
    before = (state_before(name, number), pictures())
    return run_coroutine(steps.of_training(name, number, lambda: before))


@pytest.fixture(scope="module")
def looked(client):
    """The id of a training's sixth step, put among those that the server remembers."""

    def at(name, number=6):
        services = client.app.state.services
        inspected = look(services.executor, name, number)
        services.steps.cache.put(inspected.id, inspected)
        return inspected.id

    return at


@pytest.mark.parametrize("name", OPTIMISERS)
def test_a_trainings_update_is_the_optimisers_formula(client, looked, name):
    step = looked(name)
    for path, index in (("conv1/weight", "3,0,1,1"), ("norm1/gamma", "2"), ("fc1/weight", "1,40")):
        one = ask(client, f"{step}/update/{path}?index={index}", WeightUpdate)
        assert one["steps"] == 6
        assert name == "sgd" or all(pair["before"] for pair in one["slots"].values())
        check_update(one, name, DECAY if "weight" in path else 0.0, 0.02)


@pytest.mark.parametrize("name", OPTIMISERS)
def test_the_update_that_is_shown_is_the_update_that_is_made(client, looked, name):
    step = looked(name)
    after = state_before(name, 7)
    for key, array_after in after.network.parameters().items():
        layer, _, parameter = key.partition(".")
        path = f"{step}/parameters/{layer}/{parameter}"
        np.testing.assert_array_equal(array(client, f"{path}?of=after"), array_after)
        for slot, kept in after.optimiser.averages.items():
            np.testing.assert_array_equal(array(client, f"{path}?of={slot}"), kept[key])


def test_the_chain_rule_adds_up_over_a_whole_batch(client, looked):
    step = looked("adam")
    body = ask(client, f"{step}?picture=5", Step)
    assert (body["step"], body["epoch"], body["batch_size"]) == (6, 2, 12)
    assert (body["training"], body["applied"], body["after_analysis"]) == ("adam", True, None)
    for path, index in [
        ("conv1/weight", "3,0,1,1"), ("conv1/bias", "1"), ("norm1/gamma", "2"), ("norm1/beta", "0"),
        ("fc1/weight", "1,40"), ("fc1/bias", "2"),
    ]:  # fmt: skip
        chain = ask(client, f"{step}/gradient/{path}?index={index}&limit=50", WeightGradient)
        total = sum(term["product"] for term in chain["terms"]) + chain["remainder"]
        assert total == pytest.approx(chain["value"], rel=1e-3, abs=2e-6)
        assert {term["picture"] for term in chain["terms"]} <= set(range(12))
    for where, place in [
        ("conv1", "channel=0&y=3&x=4"), ("norm1", "channel=1&y=2&x=2"),
        ("pool1", "channel=3&y=0&x=1"), ("dropout1", "channel=3&y=0&x=1"), ("flatten", "unit=9"),
    ]:  # fmt: skip
        chain = ask(
            client,
            f"{step}/activation-gradient/{where}?{place}&picture=5&limit=9",
            ActivationGradient,
        )
        total = sum(term["product"] for term in chain["terms"]) + chain["remainder"]
        assert total == pytest.approx(chain["value"], rel=1e-3, abs=1e-6)


def test_explanations_add_up_in_a_batch(client, looked):
    step = looked("adam")
    for where, place in [
        ("input", "channel=1&y=2&x=3"), ("conv1", "channel=1&y=2&x=3"), ("norm1", "channel=2&y=0&x=7"),
        ("dropout1", "channel=0&y=3&x=1"), ("fc1", "unit=2"),
    ]:  # fmt: skip
        why = ask(client, f"{step}/explain/{where}?{place}&picture=7", ExplanationOut)
        index = tuple(int(part.split("=")[1]) for part in place.split("&"))
        numbers = array(client, f"{step}/values/{where}?picture=7")
        assert why["value"] == pytest.approx(float(numbers[index]))
        total = why["bias"] + sum(term["product"] for term in why["terms"])
        assert total == pytest.approx(why["value"], rel=1e-4, abs=1e-5)
        assert why["receptive_field"]


def test_the_pictures_of_a_batch_tell_of_their_losses(client, looked):
    body = ask(client, f"{looked('sgd')}?picture=3", Step)
    losses = [one["loss"] for one in body["pictures"]]
    assert body["loss"]["mean"] == pytest.approx(np.mean(losses), rel=1e-5)
    assert body["loss"]["value"] == losses[3]
    assert [one["label"] for one in body["pictures"]] == [
        LABELS[one["index"] % 3] for one in body["pictures"]
    ]
    shown = body["pictures"][3]
    (mine,) = [one for one in body["loss"]["classes"] if one["target"]]
    assert (mine["label"], mine["probability"]) == (
        shown["label"],
        pytest.approx(shown["probability"]),
    )


# By a training that is paused ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def training(registry, tmp_path_factory):
    """A server with a paused training at its beginning: (client, its address)."""
    settings = Settings(
        workers=2, time_limit=60, trainings_dir=str(tmp_path_factory.mktemp("data"))
    )
    layers = [
        {"kind": "conv", "filters": 4, "kernel": 3, "stride": 2, "padding": 1},
        {"kind": "batchnorm"},
        {"kind": "relu"},
        {"kind": "dropout", "rate": 0.1},
    ]
    options = {
        "dataset": "shapes",
        "layers": layers,
        "batch_size": 16,
        "optimiser": "adam",
        "paused": True,
    }
    with TestClient(create_app(settings, registry), raise_server_exceptions=False) as client:
        answer = client.post("/api/v1/trainings", json=options)
        assert answer.status_code == 201, answer.text
        where = f"/api/v1/trainings/{answer.json()['id']}"
        until(client, where, "paused")
        yield client, where


def until(client, where, status, step=0):
    for _ in range(1200):
        run = client.get(where).json()
        if (run["status"], run["step"]) == (status, step):
            return
        time.sleep(0.05)
    raise AssertionError(client.get(where).text)


def test_the_step_to_come_is_the_step_that_is_taken(training):
    client, where = training
    before = client.get(f"{where}/next-step").json()
    Step.model_validate(before, extra="forbid")
    assert (before["step"], before["applied"], before["epoch"]) == (1, False, 1)
    assert where.endswith(before["training"])
    assert client.post(f"{where}/advance", json={"batches": 1}).status_code == 200
    until(client, where, "paused", step=1)
    after = client.get(f"{where}/next-step?step=1").json()
    assert after == {**before, "applied": True}
    assert client.get(f"/api/v1/steps/{before['id']}").json() == after
    run = client.get(where).json()
    assert run["batches"][0][1] == pytest.approx(before["loss"]["mean"])
    compared = 0
    for layer in before["layers"]:
        for one in layer["parameters"]:
            if one["name"] != "weight":
                continue
            weights = f"/api/v1/models/{run['model']}@1/layers/{layer['name']}/weights?format=npy"
            made = np.load(io.BytesIO(client.get(weights).content))
            shown = array(client, f"{before['id']}/parameters/{layer['name']}/weight?of=after")
            np.testing.assert_array_equal(made, shown)
            compared += 1
    assert compared == 2
    second = client.get(f"{where}/next-step").json()
    assert (second["step"], second["applied"]) == (2, False)
    np.testing.assert_array_equal(
        array(client, f"{second['id']}/parameters/conv1/weight?of=before"),
        array(client, f"{before['id']}/parameters/conv1/weight?of=after"),
    )


def test_pictures_of_a_batch_are_those_of_the_set(training):
    client, where = training
    step = client.get(f"{where}/next-step?step=1&picture=3").json()
    assert (step["picture"], len(step["pictures"])) == (3, 16)
    for one in step["pictures"]:
        picture = client.get(f"/api/v1/datasets/shapes/pictures/{one['index']}")
        assert picture.status_code == 200
    assert client.get(f"{where}/next-step?step=1&picture=16").status_code == 422
    shared = client.post(f"{where}/share").json()["id"]  # the client has a workspace of its own
    asked = Client("http://testserver", transport=client._transport)
    summary = asked.training_step(shared, 1, picture=3).summary
    assert summary == {**step, "training": shared}
    assert client.delete(f"{where}/share").status_code == 204


def test_steps_that_cannot_be_looked_at(training):
    client, where = training
    for address, status, slug in [
        (f"{where}/next-step?step=99", 409, "wrong-state"),
        (f"{where}/next-step?step=0", 422, "invalid-request"),
        ("/api/v1/trainings/nope/next-step", 404, "unknown-training"),
    ]:
        answer = client.get(address)
        assert (answer.status_code, answer.json()["type"]) == (status, f"/errors/{slug}")
    assert client.post(f"{where}/resume", json={"speed": 2}).status_code == 200
    answer = client.get(f"{where}/next-step")
    assert (answer.status_code, answer.json()["type"]) == (409, "/errors/wrong-state")
    assert client.post(f"{where}/pause").status_code == 200
