"""One training step on a photo: its values equal those worked out here, from what can be
downloaded, by plain formulas.
"""

import io
from math import log, prod

import numpy as np
import pytest

from app.client import Client, RequestRefused
from app.errors import BadParameter
from app.http.schemas.common import ExplanationOut
from app.http.schemas.steps import (
    ActivationGradient,
    Step,
    StepParameterValues,
    StepValues,
    WeightGradient,
    WeightUpdate,
)
from app.learning.steps.store import check_size, size_of
from tests.app.learning.steps.formulas import DECAY, MOMENTUM, OPTIMISERS, array, ask, check_update

RATE = 0.05


@pytest.fixture(scope="module")
def train_step(client, analysis):
    """Take a step on the photo."""

    def take(label="bear", **options):
        return client.post(
            f"/api/v1/analyses/{analysis['id']}/training-step", json={"label": label, **options}
        )

    return take


@pytest.fixture(scope="module")
def photo_step(train_step):
    answer = train_step(learning_rate=RATE)
    assert answer.status_code == 201
    Step.model_validate(answer.json(), extra="forbid")
    return answer.json()


# The forward pass, the loss and the gradient, written out ------------------------------------


class Written:
    """The tiny network's step on one photo in float64, by loops over what was downloaded."""

    def __init__(self, client, step, truth, mean_squared=False):
        def read(layer, name):
            return array(client, f"{step}/parameters/{layer}/{name}?of=before").astype(float)

        self.x = array(client, f"{step}/values/input").astype(float)
        self.weight, self.bias = read("conv1", "weight"), read("conv1", "bias")
        self.dense, self.offset = read("fc1", "weight"), read("fc1", "bias")
        self.forward()
        target = np.eye(3)[truth]
        share = np.exp(self.scores - self.scores.max())
        self.share = share / share.sum()
        self.loss = -log(self.share[truth])
        self.dz = self.share - target
        if mean_squared:
            self.loss = float(np.mean((self.scores - target) ** 2))
            self.dz = 2 * (self.scores - target) / 3
        self.backward()

    def forward(self):
        padded = np.pad(self.x, ((0, 0), (1, 1), (1, 1)))
        self.z = np.zeros((4, 8, 8))
        for k, y, x in np.ndindex(4, 8, 8):
            self.z[k, y, x] = self.bias[k] + sum(
                self.weight[k, c, p, q] * padded[c, y + p, x + q] for c, p, q in np.ndindex(3, 3, 3)
            )
        self.a = np.maximum(self.z, 0)
        self.pooled = self.a.reshape(4, 4, 2, 4, 2).max((2, 4))
        self.scores = self.dense @ self.pooled.ravel() + self.offset

    def backward(self):
        flat = self.pooled.ravel()
        self.d_dense = np.array([[dz * a for a in flat] for dz in self.dz])
        self.d_pooled = (self.dense.T @ self.dz).reshape(4, 4, 4)
        self.da = np.zeros_like(self.a)
        for k, i, j in np.ndindex(4, 4, 4):
            window = self.a[k, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
            p, q = np.unravel_index(window.argmax(), (2, 2))
            self.da[k, 2 * i + p, 2 * j + q] = self.d_pooled[k, i, j]
        self.d_z = self.da * (self.z > 0)
        padded = np.pad(self.x, ((0, 0), (1, 1), (1, 1)))
        self.d_weight = np.zeros_like(self.weight)
        for k, c, p, q in np.ndindex(4, 3, 3, 3):
            self.d_weight[k, c, p, q] = sum(
                self.d_z[k, y, x] * padded[c, y + p, x + q] for y, x in np.ndindex(8, 8)
            )


def close(ours, theirs):
    np.testing.assert_allclose(ours, theirs, rtol=2e-4, atol=2e-6)


@pytest.mark.parametrize("loss", ["cross_entropy", "mean_squared_error"])
def test_every_number_of_a_step_is_the_one_worked_out_by_hand(client, train_step, loss):
    step = train_step("cloud", loss=loss, learning_rate=RATE).json()
    hand = Written(client, step["id"], 2, loss == "mean_squared_error")
    for layer, value, gradient in [
        ("conv1", hand.z, hand.d_z),
        ("relu1", hand.a, hand.da),
        ("pool1", hand.pooled, hand.d_pooled),
        ("flatten", hand.pooled.ravel(), hand.d_pooled.ravel()),
        ("fc1", hand.scores, hand.dz),
    ]:
        close(array(client, f"{step['id']}/values/{layer}"), value)
        close(array(client, f"{step['id']}/values/{layer}?of=gradient"), gradient)
    for path, gradient in [
        ("conv1/weight", hand.d_weight),
        ("conv1/bias", hand.d_z.sum((1, 2))),
        ("fc1/weight", hand.d_dense),
        ("fc1/bias", hand.dz),
    ]:
        close(array(client, f"{step['id']}/parameters/{path}?of=gradient"), gradient)
        before = array(client, f"{step['id']}/parameters/{path}?of=before")
        close(array(client, f"{step['id']}/parameters/{path}?of=after"), before - RATE * gradient)
    close(step["loss"]["value"], hand.loss)
    close(sum(one["term"] for one in step["loss"]["classes"]), hand.loss)
    close([one["score"] for one in step["loss"]["classes"]], hand.scores)
    close([one["probability"] for one in step["loss"]["classes"]], hand.share)
    close([one["gradient"] for one in step["loss"]["classes"]], hand.dz)
    assert [one["target"] for one in step["loss"]["classes"]] == [0, 0, 1]
    assert step["loss"]["after"] < step["loss"]["value"]


def test_the_chain_rule_of_every_weight_adds_up_to_its_gradient(client, photo_step):
    step = photo_step["id"]
    z, x = (array(client, f"{step}/values/{p}") for p in ("conv1?of=gradient", "input"))
    for layer in photo_step["layers"]:
        for one in layer["parameters"]:
            path = f"{layer['name']}/{one['name']}"
            gradients = array(client, f"{step}/parameters/{path}?of=gradient")
            for index in np.ndindex(*one["shape"]):
                if prod(one["shape"]) > 12 and sum(index) % 7:
                    continue
                query = f"index={','.join(map(str, index))}&limit=10000"
                chain = ask(client, f"{step}/gradient/{path}?{query}", WeightGradient)
                assert chain["value"] == pytest.approx(float(gradients[index]))
                total = sum(term["product"] for term in chain["terms"]) + chain["remainder"]
                assert total == pytest.approx(chain["value"], rel=1e-4, abs=1e-6)
                assert chain["total"] == chain["returned"] == len(chain["terms"])
    chain = ask(client, f"{step}/gradient/conv1/weight?index=1,2,0,2&limit=5", WeightGradient)
    assert (chain["total"], chain["returned"]) == (49, 5)  # the padding brings nothing
    for term in chain["terms"]:
        (k, i, j), (c, y, p) = (
            [term[end][axis] for axis in ("channel", "y", "x")] for end in ("output", "input")
        )
        assert (k, c, y, p) == (1, 2, i - 1, j + 1)
        assert term["dz"] == pytest.approx(float(z[k, i, j]))
        assert term["a"] == pytest.approx(float(x[c, y, p]))
        assert term["product"] == pytest.approx(term["dz"] * term["a"])
    sizes = [abs(term["product"]) for term in chain["terms"]]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize(
    ("where", "place"),
    [("input", "channel=1&y=3&x=0"), ("conv1", "channel=2&y=5&x=5"), ("relu1", "channel=0&y=0&x=7"),
     ("pool1", "channel=3&y=1&x=2"), ("flatten", "unit=17")],
)  # fmt: skip
def test_the_terms_add_up_to_the_activation_gradient(client, photo_step, where, place):
    chain = ask(
        client, f"{photo_step['id']}/activation-gradient/{where}?{place}", ActivationGradient
    )
    index = tuple(int(part.split("=")[1]) for part in place.split("&"))
    gradient = array(client, f"{photo_step['id']}/values/{where}?of=gradient")
    assert chain["value"] == pytest.approx(float(gradient[index]))
    total = sum(term["product"] for term in chain["terms"]) + chain["remainder"]
    assert total == pytest.approx(chain["value"], rel=1e-4, abs=1e-7)


def test_numbers_are_explained_as_in_an_analysis(client, analysis, photo_step):
    for where in ("conv1", "pool1", "input"):
        place = "channel=1&y=2&x=3"
        there = client.get(f"/api/v1/analyses/{analysis['id']}/layers/{where}/explain?{place}")
        assert (
            ask(client, f"{photo_step['id']}/explain/{where}?{place}", ExplanationOut)
            == there.json()
        )


# The update, by each optimiser's formula ----------------------------------------------------------


@pytest.mark.parametrize("decay", [0.0, DECAY])
@pytest.mark.parametrize("name", OPTIMISERS)
def test_an_update_is_the_optimisers_formula(client, train_step, name, decay):
    options = {"optimiser": name, "momentum": MOMENTUM, "weight_decay": decay}
    step = train_step(learning_rate=RATE, **options).json()
    assert step["optimiser"] == name
    for path, index in (("conv1/weight", "2,1,0,2"), ("fc1/weight", "0,13"), ("fc1/bias", "2")):
        one = ask(client, f"{step['id']}/update/{path}?index={index}", WeightUpdate)
        check_update(one, name, decay if "weight" in path else 0.0, RATE)
        at = tuple(map(int, index.split(",")))
        for of in ("before", "gradient", "step", "after"):
            numbers = array(client, f"{step['id']}/parameters/{path}?of={of}")
            assert float(numbers[at]) == one[of]


# A step leaves the model as it is -----------------------------------------------------------------


def test_a_step_is_named_after_its_content_and_can_be_read_again(client, train_step, photo_step):
    answer = train_step(learning_rate=RATE)
    assert answer.headers["location"] == f"/api/v1/steps/{photo_step['id']}"
    assert answer.json() == photo_step == client.get(f"/api/v1/steps/{photo_step['id']}").json()
    assert train_step(learning_rate=RATE / 2).json()["id"] != photo_step["id"]
    assert train_step(1, learning_rate=RATE).json()["loss"] == photo_step["loss"]  # by its number


def test_the_photo_is_analysed_again_with_what_was_learned(client, analysis, photo_step):
    after = client.get(f"/api/v1/analyses/{photo_step['after_analysis']}").json()
    assert (after["original"], after["step"]) == (analysis["id"], photo_step["id"])
    assert after["changes"] == {"photo": {}, "network": []}
    scores = {one["label"]: one["score"] for one in after["predictions"]}
    (bear,) = [one for one in photo_step["loss"]["classes"] if one["label"] == "bear"]
    assert scores["bear"] == pytest.approx(bear["probability_after"])
    assert bear["probability_after"] > bear["probability"]
    for layer in ("conv1", "fc1"):
        numbers = client.get(f"/api/v1/analyses/{after['id']}/layers/{layer}?format=npy").content
        np.testing.assert_array_equal(
            np.load(io.BytesIO(numbers)),
            array(client, f"{photo_step['id']}/values/{layer}?of=after"),
        )
    apart = client.get(f"/api/v1/analyses/{after['id']}/difference").json()
    assert (apart["to"], apart["layers"][0]["largest"]) == (analysis["id"], 0)
    assert apart["layers"][1]["largest"] > 0
    assert client.get(f"/api/v1/analyses/{analysis['id']}").json() == analysis
    field = (
        f"/api/v1/analyses/{after['id']}/layers/conv1/effective-receptive-field?channel=0&y=1&x=1"
    )
    assert client.get(field).status_code == 200


def test_a_second_step_goes_on_from_the_first(client, analysis, train_step):
    options = {"label": "bear", "learning_rate": 0.0001}
    first = train_step(**options).json()
    second = client.post(
        f"/api/v1/analyses/{first['after_analysis']}/training-step", json=options
    ).json()
    assert second["loss"]["value"] == pytest.approx(first["loss"]["after"])
    assert second["loss"]["after"] < first["loss"]["after"] < first["loss"]["value"]
    steps = [client.get(f"/api/v1/analyses/{s['after_analysis']}").json() for s in (first, second)]
    assert steps[0]["original"] == steps[1]["original"] == analysis["id"]


def test_which_filters_moved(client, photo_step):
    for layer in photo_step["layers"]:
        for one in layer["parameters"]:
            path = f"{photo_step['id']}/parameters/{layer['name']}/{one['name']}"
            before, step = (array(client, f"{path}?of={of}") for of in ("before", "step"))
            assert one["change"]["max_abs"] == pytest.approx(np.abs(step).max())
            assert one["change"]["relative"] == pytest.approx(
                np.linalg.norm(step.ravel()) / np.linalg.norm(before.ravel()), rel=1e-5
            )
            ratios = [
                np.linalg.norm(s) / np.linalg.norm(b) for s, b in zip(step, before, strict=True)
            ]
            for moved in one["largest_updates"]:
                assert moved["relative"] == pytest.approx(ratios[moved["filter"]], rel=1e-5)
            if one["largest_updates"]:
                assert one["largest_updates"][0]["relative"] == pytest.approx(max(ratios), rel=1e-5)
    changed = sum(
        np.count_nonzero(array(client, f"{photo_step['id']}/parameters/{layer['name']}/{one['name']}?of=step"))
        for layer in photo_step["layers"] for one in layer["parameters"]
    )  # fmt: skip
    assert photo_step["parameters_changed"] == changed


def test_arrays_as_json_and_what_a_client_has_already(client, photo_step):
    path = f"{photo_step['id']}/values/conv1?of=gradient&format=json"
    body = ask(client, path, StepValues)
    np.testing.assert_array_equal(
        np.array(body["data"], np.float32),
        array(client, f"{photo_step['id']}/values/conv1?of=gradient"),
    )
    ask(client, f"{photo_step['id']}/parameters/fc1/bias?of=after&format=json", StepParameterValues)
    tag = client.get(f"/api/v1/steps/{path}").headers["etag"]
    again = client.get(f"/api/v1/steps/{path}", headers={"if-none-match": tag})
    assert again.status_code == 304


# What cannot be ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"label": "dragon"}, "There is: apple, bear, cloud"),
        ({"label": 3}, "no class 3"),
        ({"label": -1}, "no class -1"),
        ({}, "body.label"),
        ({"label": "bear", "optimiser": "magic"}, "adamw"),
        ({"label": "bear", "loss": "hinge"}, "cross_entropy"),
        ({"label": "bear", "learning_rate": 0}, "greater than 0"),
        ({"label": "bear", "momentum": 1}, "less than 1"),
        ({"label": "bear", "epochs": 3}, "body.epochs"),
    ],
)
def test_steps_that_cannot_be_made_are_refused_in_words(client, analysis, options, words):
    answer = client.post(f"/api/v1/analyses/{analysis['id']}/training-step", json=options)
    assert (answer.status_code, answer.json()["type"]) == (422, "/errors/invalid-request")
    assert words in answer.json()["detail"]


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("?picture=1", 422, "this batch has 0 to 0"),
        ("/values/nowhere", 404, "no layer 'nowhere'"),
        ("/values/conv1?of=colour", 422, "value, gradient, after"),
        ("/values/softmax?of=gradient", 422, "the loss is taken before it"),
        ("/values/conv1?picture=1", 422, "0 to 0"),
        ("/values/conv1?format=png", 406, "npy"),
        ("/parameters/conv1/gamma", 422, "It has: weight, bias"),
        ("/parameters/relu1/weight", 422, "It has none"),
        ("/parameters/conv1/weight?of=velocity", 422, "before, gradient, gradient_with_decay"),
        ("/gradient/conv1/weight?index=4,0,0,0", 422, "no place in 4 × 3 × 3 × 3"),
        ("/gradient/conv1/weight?index=1,0", 422, "no place"),
        ("/gradient/conv1/weight?index=1,0,-1,0", 422, "not numbers"),
        ("/gradient/conv1/weight", 422, "query.index"),
        ("/gradient/input/weight?index=0", 422, "It has none"),
        ("/update/fc1/weight?index=x", 422, "not numbers"),
        ("/activation-gradient/conv1?channel=9&y=0&x=0", 422, "channel: 9 is outside"),
        ("/activation-gradient/fc1?unit=0", 422, "read by the loss itself"),
        ("/activation-gradient/softmax?unit=0", 422, "No gradient reaches"),
        ("/explain/fc1", 422, "named by unit"),
    ],
)
def test_what_is_not_there_is_said_in_words(client, photo_step, path, status, words):
    answer = client.get(f"/api/v1/steps/{photo_step['id']}{path}")
    assert answer.status_code == status
    assert words in answer.json()["detail"]


def test_a_step_that_is_forgotten_is_404(client):
    answer = client.get("/api/v1/steps/nope")
    assert (answer.status_code, answer.json()["type"]) == (404, "/errors/unknown-step")


def test_a_step_that_is_more_than_there_is_memory_for_is_refused_before_it_is_made(tiny):
    with pytest.raises(BadParameter, match="smaller batches"):
        check_size(tiny, 1000, size_of(tiny, 999))
    check_size(tiny, 1000, size_of(tiny, 1000))


def test_a_learning_rate_that_leads_nowhere_is_said(client, analysis, monkeypatch):
    monkeypatch.setattr("app.learning.steps.store.np.isfinite", lambda _: False)
    options = {"label": "bear", "learning_rate": 3}
    answer = client.post(f"/api/v1/analyses/{analysis['id']}/training-step", json=options)
    assert answer.status_code == 422
    assert "below 3" in answer.json()["detail"]


def test_the_client_speaks_of_steps(server, photo):
    with Client(server.url) as client:
        step = client.analyze(photo).training_step("cloud", learning_rate=RATE)
        assert step.layers[1] == "conv1"
        assert step.values("conv1", of="gradient").shape == (4, 8, 8)
        one = step.update("conv1", "weight", 1, 0, 2, 2)
        assert one["after"] == float(step.parameter("conv1", "weight", of="after")[1, 0, 2, 2])
        assert step.gradient("fc1", "bias", 2)["total"] == 1
        assert step.activation_gradient("pool1", channel=0, y=1, x=1)["terms"]
        assert step.explain("fc1", unit=2)["value"] == float(step.values("fc1")[2])
        with pytest.raises(RequestRefused, match="no class"):
            client.analyze(photo).training_step("dragon")
