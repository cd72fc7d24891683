"""Every number says where it came from, and the terms add up to it."""

import numpy as np
import pytest

RNG = np.random.default_rng(3)
MAPS = {"input": (3, 8, 8), "conv1": (4, 8, 8), "relu1": (4, 8, 8), "pool1": (4, 4, 4)}
VECTORS = {"flatten": 64, "fc1": 3, "softmax": 3}


def position(layer):
    if layer in VECTORS:
        return {"unit": int(RNG.integers(VECTORS[layer]))}
    return {
        name: int(RNG.integers(size))
        for name, size in zip(("channel", "y", "x"), MAPS[layer], strict=True)
    }


PLACES = [(layer, position(layer)) for layer in [*MAPS, *VECTORS] * 3][:20]


@pytest.mark.parametrize(("layer", "place"), PLACES)
def test_the_terms_add_up_to_the_layers_number(client, analysis, layer, place):
    at = f"/api/v1/analyses/{analysis['id']}/layers/{layer}"
    value = np.array(client.get(at).json()["data"])[tuple(place.values())]
    answer = client.get(f"{at}/explain", params=place)
    assert answer.status_code == 200, answer.text
    why = answer.json()
    assert why["layer"] == layer
    assert why["index"] == place
    assert why["value"] == pytest.approx(value, abs=1e-6)
    assert why["bias"] + sum(t["product"] for t in why["terms"]) == pytest.approx(value, abs=1e-4)


def test_a_convolutions_terms_are_the_window_of_every_channel(client, analysis):
    at = f"/api/v1/analyses/{analysis['id']}/layers"
    why = client.get(f"{at}/conv1/explain?channel=1&y=0&x=4").json()
    x = np.array(client.get(f"{at}/input").json()["data"])
    assert len(why["terms"]) == 3 * 3 * 3
    padded = [t for t in why["terms"] if t["padding"]]
    assert {t["y"] for t in padded} == {-1}
    assert all(t["value"] == t["product"] == 0 for t in padded)
    for term in why["terms"]:
        if not term["padding"]:
            assert term["input"] == "input"
            assert term["value"] == pytest.approx(x[term["channel"], term["y"], term["x"]])
        assert term["product"] == pytest.approx(term["value"] * term["weight"], abs=1e-6)


def test_the_receptive_field_on_the_input_and_on_the_photo(client, analysis):
    at = f"/api/v1/analyses/{analysis['id']}/layers"
    seen = client.get(f"{at}/pool1/explain?channel=0&y=1&x=2").json()["receptive_field"]
    assert seen["input"] == {"left": 3, "top": 1, "right": 7, "bottom": 5}
    # The crop is (5, 0, 35, 30): a pixel of the input is 3.75 pixels of the photo.
    assert seen["photo"] == {"left": 16.25, "top": 3.75, "right": 31.25, "bottom": 18.75}


def test_a_class_sees_the_whole_crop(client, analysis):
    at = f"/api/v1/analyses/{analysis['id']}/layers"
    seen = client.get(f"{at}/softmax/explain?unit=0").json()["receptive_field"]["photo"]
    assert seen == {"left": 5.0, "top": 0.0, "right": 35.0, "bottom": 30.0}


def test_an_input_number_is_traced_to_the_pixel(client, analysis):
    at = f"/api/v1/analyses/{analysis['id']}/layers"
    why = client.get(f"{at}/input/explain?channel=2&y=3&x=3").json()
    (term,) = why["terms"]
    assert (term["input"], term["channel"], term["y"], term["x"]) == ("photo", 2, 3, 3)
    assert term["value"] == round(term["value"])
    assert (term["value"] / 255 - 0.3) / 0.2 == pytest.approx(why["value"], abs=1e-5)


@pytest.mark.parametrize(
    ("layer", "query", "detail"),
    [
        ("conv1", "", "channel, y, x"),
        ("conv1", "unit=1", "channel, y, x"),
        ("conv1", "channel=1&y=2", "channel, y, x"),
        ("fc1", "channel=1&y=2&x=3", "unit"),
        ("conv1", "channel=4&y=0&x=0", "0 to 3"),
        ("conv1", "channel=0&y=0&x=8", "0 to 7"),
        ("fc1", "unit=3", "0 to 2"),
        ("fc1", "unit=-1", "greater than or equal"),
    ],
)
def test_a_place_that_is_not_in_the_layer_is_refused(client, analysis, layer, query, detail):
    answer = client.get(f"/api/v1/analyses/{analysis['id']}/layers/{layer}/explain?{query}")
    assert answer.status_code == 422
    assert answer.json()["type"] == "/errors/invalid-request"
    assert detail in answer.json()["detail"]
