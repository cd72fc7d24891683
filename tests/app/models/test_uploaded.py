"""Models that people bring: what they say of them, and what is asked of them then."""

import numpy as np
import pytest
from onnx import TensorProto, helper

from engine.formats import safetensors
from engine.network import Network, Node
from engine.ops import (
    ConvTranspose2d,
    PRelu,
)
from tests.app.bringing import MODELS, as_onnx, bring, net, refused
from tests.app.conftest import LABELS, build_tiny, picture_bytes


class TestBringing:
    def test_it_is_described_listed_and_asked_about_photos(self, own, file):
        answer = own.post(MODELS, content=file, params={"name": "My net"})
        assert answer.status_code == 201
        model = answer.json()
        assert model["id"].startswith("own-")
        assert len(model["id"]) == 16
        assert answer.headers["location"] == f"{MODELS}/{model['id']}"
        again = own.get(answer.headers["location"]).json()
        assert {**again, "expires_in": None} == {**model, "expires_in": None}
        assert model["title"] == "My net"
        assert model["uploaded"] is True
        assert model["bytes"] == 4 * 4 * 27
        assert 86_000 < model["expires_in"] <= 86_400
        assert model["output"] == "logits"
        assert model["labels"] is None
        assert model["cost"]["parameter_bytes"] == 4 * 4 * 27
        listed = own.get(MODELS).json()["models"]
        assert next(m for m in listed if m["id"] == model["id"])["uploaded"] is True
        done = own.post("/api/v1/analyses", params={"model": model["id"]}, content=picture_bytes())
        assert done.status_code == 201
        assert len(done.json()["predictions"]) == 4

    def test_the_same_file_and_options_give_the_same_id(self, own, file):
        first, again = (bring(own, file, preset="unit")["id"] for _ in range(2))
        assert first == again
        assert bring(own, file, preset="symmetric")["id"] != first

    def test_a_form_has_it_too_with_its_labels(self, own, file):
        answer = own.post(
            MODELS,
            files={
                "file": ("zoo/animals.onnx", file),
                "labels": ("names.txt", "ant\nbee \ncat\n dog\n".encode("utf-8-sig")),
            },
            data={"mean": "0.5", "std": "0.25,0.3,0.2"},
        )
        model = answer.json()
        assert model["labels"] == ["ant", "bee", "cat", "dog"]
        assert model["title"] == "animals"
        assert model["preprocess"]["mean"] == [0.5] * 3
        assert model["preprocess"]["std"] == [0.25, 0.3, 0.2]

    def test_files_of_our_own_come_back_as_they_went(self, own):
        for data in (safetensors.to_bytes(build_tiny(), half=False), as_onnx(build_tiny())):
            model = bring(own, data)
            assert model["labels"] == list(LABELS)
            assert model["preprocess"]["mean"] == [0.5, 0.4, 0.3]
            assert model["output"] == "probabilities"
            photo = picture_bytes(seed=4)
            ours = own.post("/api/v1/predict", content=photo).json()
            theirs = own.post("/api/v1/predict", params={"model": model["id"]}, content=photo)
            assert [p["label"] for p in theirs.json()] == [p["label"] for p in ours]
            for a, b in zip(ours, theirs.json(), strict=True):
                assert a["score"] == pytest.approx(b["score"], abs=1e-5)

    def test_a_name_is_shown_on_one_line(self, own, file):
        model = bring(own, file, name="  two\nlines\u202e and " + "x" * 180)
        assert model["title"].startswith("two lines and xxx")
        assert len(model["title"]) <= 80

    @pytest.mark.parametrize(
        ("preset", "mean", "scale", "channels"),
        [
            ("imagenet", [0.485, 0.456, 0.406], 255, "rgb"),
            ("unit", [0, 0, 0], 255, "rgb"),
            ("symmetric", [0.5, 0.5, 0.5], 255, "rgb"),
            ("caffe", [103.939, 116.779, 123.68], 1, "bgr"),
        ],
    )
    def test_presets_turn_pixels_into_the_numbers_that_they_say(
        self, own, preset, mean, scale, channels
    ):
        model = bring(own, as_onnx(net()), preset=preset)
        steps = model["preprocess"]
        assert (steps["mean"], steps["scale"], steps["channels"]) == (mean, scale, channels)
        # A red photo: the input's numbers, and where they say that they come from.
        red = np.zeros((9, 9, 3), np.uint8)
        red[..., 0] = 200
        from PIL import Image

        from tests.app.conftest import as_file

        done = own.post(
            "/api/v1/analyses", params={"model": model["id"]}, content=as_file(Image.fromarray(red))
        ).json()
        layers = f"/api/v1/analyses/{done['id']}/layers/{model['input']['name']}"
        shown = (200, 0, 0) if channels == "rgb" else (0, 0, 200)
        for channel, pixel in enumerate(shown):
            why = own.get(f"{layers}/explain", params={"channel": channel, "y": 2, "x": 3}).json()
            expected = (pixel / scale - steps["mean"][channel]) / steps["std"][channel]
            assert why["value"] == pytest.approx(expected, abs=1e-4)
            (term,) = why["terms"]
            assert term["value"] == pixel
            assert term["channel"] == (channel if channels == "rgb" else 2 - channel)
            assert why["bias"] + term["product"] == pytest.approx(why["value"], abs=1e-4)

    def test_a_grey_network_sees_a_grey_photo(self, own):
        model = bring(own, as_onnx(net(channels=1)), mean="0.5", std="0.5")
        assert model["preprocess"]["mean"] == [0.5]
        done = own.post(
            "/api/v1/analyses", params={"model": model["id"]}, content=picture_bytes()
        ).json()
        layer = f"/api/v1/analyses/{done['id']}/layers/{model['input']['name']}"
        values = own.get(layer).json()["data"]
        assert np.array(values).shape == (1, 8, 8)
        covered = own.post(
            f"/api/v1/analyses/{done['id']}/variants", json={"photo": {"occlude": [[0, 0, 8, 8]]}}
        ).json()
        blank = own.get(f"/api/v1/analyses/{covered['id']}/layers/{model['input']['name']}").json()
        assert np.abs(np.array(blank["data"])).max() < 0.01

    def test_maps_as_an_answer_are_no_classes(self, own):
        model = bring(own, as_onnx(net(outputs=("relu",))))
        assert model["output"] is None
        done = own.post(
            "/api/v1/analyses", params={"model": model["id"]}, content=picture_bytes()
        ).json()
        assert done["predictions"] == []
        listed = own.get(MODELS).json()["models"]
        assert next(m for m in listed if m["id"] == model["id"])["classes"] == 0
        step = own.post(f"/api/v1/analyses/{done['id']}/training-step", json={"label": 0})
        assert step.json()["type"] == "/errors/invalid-request"
        assert (
            own.post(
                "/api/v1/predict", params={"model": model["id"]}, content=picture_bytes()
            ).json()
            == []
        )

    def test_two_names_of_one_network_have_analyses_of_their_own(self, own, file):
        one, two = (bring(own, file, name=name)["id"] for name in ("one", "two"))
        photo = picture_bytes(seed=11)
        done = [
            own.post("/api/v1/analyses", params={"model": m}, content=photo).json()
            for m in (one, two)
        ]
        assert [d["model"] for d in done] == [one, two]


class TestWishes:
    @pytest.mark.parametrize(
        ("options", "word"),
        [
            ({"preset": "vgg"}, "preset"),
            ({"mean": "0.5,0.5"}, "mean"),
            ({"mean": "red"}, "mean"),
            ({"mean": "123.7,116,103"}, "caffe"),
            ({"mean": "nan"}, "mean"),
            ({"std": "0"}, "std"),
            ({"std": "1,2,3,4"}, "std"),
            ({"size": "big"}, "size"),
            ({"size": "0x10"}, "size"),
            ({"size": "99999999x10"}, "size"),
            ({"size": "1x2x3"}, "size"),
            ({"labels": "cat"}, "labels"),
        ],
    )
    def test_nonsense_is_named(self, own, file, options, word):
        body = refused(own, file, **options)
        assert body["type"] == "/errors/invalid-request"
        assert word in body["detail"]

    def test_labels_must_be_as_many_as_the_classes(self, own, file):
        answer = own.post(MODELS, files={"file": file, "labels": "a\nb\nc"})
        assert answer.status_code == 422
        assert (answer.json()["limit"], answer.json()["actual"]) == (4, 3)
        assert refused(own, as_onnx(net(outputs=("relu",))), labels="cat")["detail"].startswith(
            "labels"
        )

    def test_a_text_in_another_code_is_no_list_of_labels(self, own, file):
        answer = own.post(MODELS, files={"file": file, "labels": ("l.txt", b"\xff\xfe\x00k")})
        assert answer.json()["type"] == "/errors/invalid-request"

    def test_imagenets_names_need_their_package(self, own, file, monkeypatch):
        from engine.zoo import imagenet

        assert "1,000 names" in refused(own, file, labels="imagenet")["detail"]
        monkeypatch.setattr(imagenet, "labels", lambda: None)
        assert "text file" in refused(own, file, labels="imagenet")["detail"]

    def test_imagenets_names_come_in_their_order(self, own):
        model = bring(own, as_onnx(net(classes=1000)), labels="imagenet")
        assert "tench" in model["labels"][0]
        assert model["labels"][967] == "espresso"


@pytest.mark.parametrize("side", [2**20, 2**31, 2**40, 2**62])
def test_an_input_of_any_size_that_a_file_may_fix_is_refused_in_words(own, side):
    """Even where the numbers of the refusal are more than JSON's readers hold."""
    made = helper.make_graph(
        [helper.make_node("Relu", ["x"], ["y"])],
        "wide",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, side, side])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    body = refused(own, model.SerializeToString())
    assert body["what"] == "activation_bytes"
    assert body["actual"] == pytest.approx(4 * 3 * side**2, rel=1e-9)


def test_filters_that_a_layer_does_not_have_are_called_filters(own, file):
    model = bring(own, file)["id"]
    answer = own.get(f"{MODELS}/{model}/layers/conv/weights", params={"filters": "2,4"})
    assert answer.status_code == 422
    assert answer.json()["detail"] == "filters: '4' does not fit; this layer has 4, 0 to 3."


def test_weights_of_every_shape_are_given(own):
    """Of a transposed convolution whose bias is of another length than its weight, and of a slope
    that is one number.
    """
    nodes = [
        Node(
            "up",
            ConvTranspose2d(np.ones((3, 2, 3, 3), np.float32), np.ones(2, np.float32)),
            ("image",),
        ),
        Node("slope", PRelu(np.array(0.1, np.float32)), ("up",)),
    ]
    model = bring(own, as_onnx(Network(nodes, inputs={"image": (3, 8, 8)}, outputs=("slope",))))
    for layer in ("up", "slope"):
        for kind in ("json", "npy", "npz"):
            url = f"{MODELS}/{model['id']}/layers/{layer}/weights"
            assert own.get(url, params={"format": kind}).status_code == 200


@pytest.mark.parametrize("charset", ["undefined", "punycode", "unicode_escape", "klingon"])
def test_a_form_is_in_utf_8_whatever_it_says(own, charset, file):
    body = (
        b'--B\r\nContent-Disposition: form-data; name="name"\r\n\r\n\\ud800\r\n'
        b'--B\r\nContent-Disposition: form-data; name="file"; filename="x.onnx"\r\n\r\n'
        + file
        + b"\r\n--B--\r\n"
    )
    kind = f"multipart/form-data; boundary=B; charset={charset}"
    answer = own.post(MODELS, content=body, headers={"content-type": kind})
    assert answer.status_code == 201
    assert answer.json()["title"] == "\\ud800"
