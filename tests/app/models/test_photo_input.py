"""Networks whose input is no (3, H, W): what is put before them, and what is asked where nobody can
know.
"""

import numpy as np
import pytest
from onnx import TensorProto, helper

from app.errors import BadParameter, ModelError
from app.models.loading import read_model
from app.models.options import parse_options
from engine.cost import ModelLimits
from tests.app.bringing import as_onnx, bring, net, refused
from tests.app.conftest import picture_bytes
from tests.engine.formats.onnx.files import file, random
from tests.engine.formats.onnx.twins import run_file

make = helper.make_node


def dense(count, *, before=(), shape, kind=TensorProto.FLOAT):
    """A network that flattens its input ``x`` and has three scores."""
    nodes = [*before, make("Flatten", ["x"], ["flat"], axis=1), make("Gemm", ["flat", "w"], ["y"])]
    return file(nodes, inputs={"x": shape}, arrays={"w": random(count, 3)}, kind=kind, opset=13)


def read(data, **given):
    return read_model(
        data, parse_options({k.replace("__", ":"): v for k, v in given.items()}), ModelLimits()
    )


def arranged(pixels, layout="chw"):
    """One picture (H, W, C) with values from 0 to 1, in a row."""
    return (pixels.transpose(2, 0, 1) if layout == "chw" else pixels).reshape(1, -1)


class TestShapes:
    """What the network computes from a photo (1, C, H, W) is what onnxruntime computes from the
    same numbers in its own shape.
    """

    @pytest.mark.parametrize(
        ("shape", "given", "photo"),
        [
            (["n", 28, 28], {}, (1, 28, 28)),
            ([1, 20, 30], {}, (1, 20, 30)),
            (["n", 784], {}, (1, 28, 28)),
            (["n", 3072], {}, (3, 32, 32)),
            (["n", 600], {"size": "20x30"}, (1, 20, 30)),
            (["n", 1800], {"size": "20x30"}, (3, 20, 30)),
            (["n", 1, 784], {}, (1, 28, 28)),
            (["n", 3, 100], {}, (3, 10, 10)),
            (["n", 400], {"channels": "rgba"}, (4, 10, 10)),
            (["n", 1, 8, 8], {}, (1, 8, 8)),
            (["n", 4, 8, 6], {"channels": "rgba"}, (4, 8, 6)),
        ],
    )
    def test_numbers_go_where_the_network_has_them(self, shape, given, photo):
        count = int(np.prod(shape[1:]))
        data = dense(count, shape=shape)
        network = read(data, **given)
        assert next(iter(network.inputs.values())) == photo
        x = random(1, *photo)
        found = network.forward(x)["y"]
        np.testing.assert_allclose(
            found, run_file(data, {"x": x.reshape(1, *shape[1:])})[0], atol=1e-4
        )

    @pytest.mark.parametrize(
        ("shape", "given", "photo"),
        [
            (["n", 8, 6, 3], {}, (3, 8, 6)),
            (["n", 8, 6, 1], {}, (1, 8, 6)),
            (["n", 8, 6, 4], {"channels": "bgra"}, (4, 8, 6)),
            (["n", 3, 8, 3], {"layout": "hwc"}, (3, 3, 8)),
            (["n", 3072], {"layout": "hwc"}, (3, 32, 32)),
        ],
    )
    def test_channels_may_come_last(self, shape, given, photo):
        data = dense(int(np.prod(shape[1:])), shape=shape)
        network = read(data, **given)
        assert next(iter(network.inputs.values())) == photo
        x = random(1, *photo)
        own = x.transpose(0, 2, 3, 1).reshape(1, *shape[1:])
        np.testing.assert_allclose(
            network.forward(x)["y"], run_file(data, {"x": own})[0], atol=1e-4
        )

    @pytest.mark.parametrize(
        ("shape", "words"),
        [
            ([1, 17], ["17 numbers", "size=HEIGHTxWIDTH"]),
            ([1, 2, 500], ["2 × 500", "cannot be shown"]),
            ([1, 3, 4, 8, 8], ["3-D", "cannot be shown"]),
            ([1, 4, 8, 8], ["4 channels", "rgba", "--channels"]),
            ([1, 8, 8, 5], ["5 channels", "r,g,b,0,0"]),
            ([1, 512, 7, 7], ["7 channels"]),
            ([1, 256, 80, 80], ["80", "second half"]),
        ],
    )
    def test_what_is_no_photo_is_refused_with_what_can_be_done(self, shape, words):
        with pytest.raises(ModelError) as refusal:
            read(dense(int(np.prod(shape[1:])), shape=shape))
        for word in words:
            assert word in str(refusal.value)

    @pytest.mark.parametrize(
        ("shape", "given", "word"),
        [
            ([1, 784], {"size": "20x20"}, "size"),
            ([1, 4, 8, 8], {"channels": "rgb"}, "channels"),
            ([1, 3, 8, 8], {"channels": "rgba"}, "channels"),
            ([1, 4, 8, 8], {"channels": "rgba", "mean": "1,2"}, "mean"),
        ],
    )
    def test_options_that_do_not_fit(self, shape, given, word):
        with pytest.raises(BadParameter, match=word):
            read(dense(int(np.prod(shape[1:])), shape=shape), **given)


class TestBands:
    def test_each_channel_is_given_what_somebody_says(self, own):
        model = bring(own, as_onnx(net(channels=4)), channels="b,g,r,51", preset="imagenet")
        steps = model["preprocess"]
        assert steps["channels"] == "b,g,r,51"
        assert steps["mean"] == [0.406, 0.456, 0.485, 0]
        assert steps["std"] == [0.225, 0.224, 0.229, 1]
        done = own.post(
            "/api/v1/analyses", params={"model": model["id"]}, content=picture_bytes()
        ).json()
        layer = f"/api/v1/analyses/{done['id']}/layers/{model['input']['name']}"
        values = np.array(own.get(layer).json()["data"])
        np.testing.assert_allclose(values[3], 0.2, atol=1e-6)
        why = own.get(f"{layer}/explain", params={"channel": 0, "y": 1, "x": 2}).json()
        assert why["terms"][0]["channel"] == 2
        constant = own.get(f"{layer}/explain", params={"channel": 3, "y": 1, "x": 2}).json()
        assert constant["terms"] == []
        assert constant["value"] == constant["bias"] == pytest.approx(0.2)

    def test_a_problem_says_how_many_channels(self, own):
        assert refused(own, as_onnx(net(channels=4)))["channels"] == 4


class TestSecondInputs:
    def test_a_constant_stands_for_an_input(self):
        nodes = [make("Mul", ["x", "gain"], ["z"]), make("Add", ["z", "shift"], ["y"])]
        data = file(nodes, inputs={"x": [1, 3, 4, 4], "gain": [1, 3, 1, 1], "shift": []})
        network = read(data, input__gain="2,3,4", input__shift="0.5")
        assert list(network.inputs) == ["x"]
        x = random(1, 3, 4, 4)
        given = {
            "x": x,
            "gain": np.array([2, 3, 4], np.float32).reshape(1, 3, 1, 1),
            "shift": np.array(0.5, np.float32),
        }
        np.testing.assert_allclose(network.forward(x)["y"], run_file(data, given)[0], atol=1e-6)

    def test_without_one_the_refusal_says_how(self, own):
        data = file(
            [make("Mul", ["image", "mask"], ["y"])],
            inputs={"image": [1, 3, 4, 4], "mask": [1, 1, 4, 4]},
        )
        body = refused(own, data)
        for words in ("2 inputs", "input:mask", "--input mask=1"):
            assert words in body["detail"]
        assert [i["name"] for i in body["inputs"]] == ["image", "mask"]
        assert [i["photo"] for i in body["inputs"]] == [True, False]
        assert (body["type"], body["field"]) == ("/errors/model-option-needed", "input:mask")
        assert bring(own, data, **{"input:mask": "1"})["input"]["name"] == "image"

    def test_a_form_has_constants_too(self, own):
        data = file(
            [make("Mul", ["image", "mask"], ["y"])], inputs={"image": [1, 3, 4, 4], "mask": [1]}
        )
        answer = own.post("/api/v1/models", files={"file": data}, data={"input:mask": "0.5"})
        assert answer.status_code == 201, answer.text
        assert refused(own, data, **{"input:musk": "1"})["detail"].startswith(
            "input:musk: there is no input 'musk'"
        )
