"""Models that people bring: what they say of them, what is refused and how, and how long they stay."""

import itertools
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from onnx import TensorProto, helper

from app import own_models
from app.errors import FixedModel, OversizedModel, UnknownModel
from app.main import create_app
from app.own_models import OwnModels
from app.registry import Registry
from app.settings import Settings
from engine.formats import onnx, safetensors
from engine.network import Network, Node
from engine.ops import Conv2d, Flatten, GlobalAveragePool, Relu, Softmax

from .conftest import LABELS, TestClient, build_tiny, picture_bytes

MODELS = "/api/v1/models"


def net(channels=3, classes=4, size=8, **more) -> Network:
    """A small classifier that says nothing of labels and preprocessing."""
    rng = np.random.default_rng(5)
    weight = rng.normal(0, 0.5, (classes, channels, 3, 3)).astype(np.float32)
    nodes = [
        Node("conv", Conv2d(weight, padding=(1, 1, 1, 1)), ("image",)),
        Node("relu", Relu(), ("conv",)),
        Node("mean", GlobalAveragePool(), ("relu",)),
        Node("scores", Flatten(), ("mean",)),
    ]
    if more.pop("softmax", False):
        nodes.append(Node("shares", Softmax(), ("scores",)))
    more = {"outputs": (nodes[-1].name,), **more}
    return Network(nodes, inputs={"image": (channels, size, size)}, **more)


def as_onnx(network: Network) -> bytes:
    return onnx.to_onnx(network)


@pytest.fixture(scope="module")
def own(tmp_path_factory, registry):
    folder = str(tmp_path_factory.mktemp("own"))
    settings = Settings(
        workers=2,
        time_limit=60,
        trainings_dir=folder,
        models_dir=folder,
        max_model_bytes=200_000,
        max_multiply_adds=10_000_000,
        max_activation_bytes=3_000_000,
    )
    with TestClient(
        create_app(settings, Registry({"tiny": build_tiny}, "tiny")), raise_server_exceptions=False
    ) as client:
        yield client


@pytest.fixture(scope="module")
def file():
    return as_onnx(net())


def bring(client, data, **options):
    answer = client.post(MODELS, content=data, params=options)
    assert answer.status_code == 201, answer.text
    return answer.json()


def refused(client, data, **options):
    answer = client.post(MODELS, content=data, params=options)
    assert answer.status_code in (413, 422), answer.text
    body = answer.json()
    assert body["detail"].endswith((".", ")"))
    return body


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
        assert model["own"] is True
        assert model["bytes"] == 4 * 4 * 27
        assert 86_000 < model["expires_in"] <= 86_400
        assert model["scores"] == "logits"
        assert model["labels"] is None
        assert model["cost"]["parameter_bytes"] == 4 * 4 * 27
        listed = own.get(MODELS).json()["models"]
        assert next(m for m in listed if m["id"] == model["id"])["own"] is True
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
            assert model["scores"] == "shares"
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

        from .conftest import as_file

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
            f"/api/v1/analyses/{done['id']}/variants", json={"photo": {"cover": [[0, 0, 8, 8]]}}
        ).json()
        blank = own.get(f"/api/v1/analyses/{covered['id']}/layers/{model['input']['name']}").json()
        assert np.abs(np.array(blank["data"])).max() < 0.01

    def test_maps_as_an_answer_are_no_classes(self, own):
        model = bring(own, as_onnx(net(outputs=("relu",))))
        assert model["scores"] is None
        done = own.post(
            "/api/v1/analyses", params={"model": model["id"]}, content=picture_bytes()
        ).json()
        assert done["predictions"] == []
        listed = own.get(MODELS).json()["models"]
        assert next(m for m in listed if m["id"] == model["id"])["classes"] == 0
        lesson = own.post(f"/api/v1/analyses/{done['id']}/step", json={"label": 0})
        assert lesson.json()["type"] == "/errors/invalid-request"
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


class TestRefusals:
    @pytest.mark.parametrize(
        ("data", "word"),
        [
            (b"", "empty"),
            (b"hello", ""),
            (b"PK\x03\x04" + b"\0" * 99, "ZIP"),
            (b"\x80\x02}q\0.", "pickle"),
            (b"\x89HDF\r\n\x1a\n", "HDF5"),
            (b"\x1c\0\0\0TFL3" + b"\0" * 20, "TensorFlow Lite"),
            (b"\xff" * 500, ""),
            (b"\0" * 500, ""),
            (b"\x08\x08" * 300, ""),
            (b"\xff\xff\xff\xff\xff\xff\xff\x7f{}", ""),
            ((10).to_bytes(8, "little") + b'{"a":[[[[', ""),
            ((60_000).to_bytes(8, "little") + b"{" + b"[" * 60_000, ""),
        ],
    )
    def test_what_is_no_model_is_said_to_be_none(self, own, data, word):
        body = refused(own, data)
        assert body["type"] == "/errors/model-invalid"
        assert word in body["detail"]

    def test_a_file_cut_short(self, own, file):
        for data in (file, safetensors.to_bytes(build_tiny())):
            for part in (0.1, 0.5, 0.9, 0.99):
                refused(own, data[: int(len(data) * part)])

    def test_mutated_files_never_end_in_a_fault_of_ours(self, own, file):
        rng = np.random.default_rng(8)
        for data in (file, safetensors.to_bytes(build_tiny())):
            for _ in range(60):
                bad = bytearray(data)
                for place in rng.integers(0, len(bad), 3):
                    bad[place] = rng.integers(0, 256)
                assert own.post(MODELS, content=bytes(bad)).status_code in (201, 413, 422)

    def test_a_body_that_promises_something_else(self, own, file):
        answer = own.post(MODELS, content=file, headers={"content-type": "image/png"})
        assert answer.json()["type"] == "/errors/model-invalid"
        assert (
            own.post(MODELS, data={"preset": "unit"}, files={"model": file}).json()["type"]
            == "/errors/model-invalid"
        )

    def test_more_bytes_than_allowed_are_not_read(self, own):
        body = refused(own, b"\0" * 200_001)
        assert body["type"] == "/errors/model-too-large"
        assert (body["what"], body["limit"], body["actual"]) == ("bytes", 200_000, 200_001)

        def endless():
            while True:
                yield b"\0" * 65_536

        answer = own.post(MODELS, content=itertools.islice(endless(), 100))
        assert answer.status_code == 413

    def test_more_work_or_memory_than_allowed(self, own):
        body = refused(own, as_onnx(net(size=600)))
        assert body["type"] == "/errors/model-too-large"
        assert body["actual"] > body["limit"]
        assert body["what"] in ("multiply_adds", "activation_bytes")

    def test_reading_has_a_time_limit(self, own, file, monkeypatch):
        monkeypatch.setattr(own_models, "read_model", lambda *_: time.sleep(1))
        monkeypatch.setattr(own.app.state.services.compute, "time_limit", 0.2)
        answer = own.post(MODELS, content=file)
        assert answer.json()["type"] == "/errors/time-limit"
        assert "model" in answer.json()["detail"]

    def test_one_file_is_read_after_the_other(self, own, monkeypatch):
        """Those that come meanwhile wait for their turn; nobody is sent away while there is room for the bytes."""
        read = own_models.read_model
        door = threading.Lock()

        def alone(*args):
            assert door.acquire(blocking=False)
            try:
                time.sleep(0.02)
                return read(*args)
            finally:
                door.release()

        monkeypatch.setattr(own_models, "read_model", alone)
        files = [as_onnx(net(classes=count)) for count in range(2, 10)]
        with ThreadPoolExecutor(len(files)) as pool:
            answers = list(pool.map(lambda file: own.post(MODELS, content=file), files))
        assert {answer.status_code for answer in answers} == {201}

    def test_files_on_their_way_take_as_many_bytes_as_one_may_have(self, own, file, monkeypatch):
        begun, go_on = threading.Event(), threading.Event()
        read = own_models.read_model

        def slowly(*args):
            begun.set()
            go_on.wait(30)
            return read(*args)

        monkeypatch.setattr(own_models, "read_model", slowly)
        with ThreadPoolExecutor(1) as pool:
            first = pool.submit(own.post, MODELS, content=file)
            assert begun.wait(30)
            large = own.post(MODELS, content=bytes(200_000 - len(file) + 1))
            unknown = own.post(MODELS, content=iter([file]))  # says no length
            go_on.set()
            assert first.result().status_code == 201
        for answer in (large, unknown):
            assert answer.status_code == 503
            assert answer.json()["type"] == "/errors/busy"
            assert "retry-after" in answer.headers
        assert own.post(MODELS, content=iter([file])).status_code == 201

    def test_a_network_without_a_photo(self, own):
        body = refused(own, as_onnx(net(channels=5)))
        assert body["type"] == "/errors/model-invalid"
        assert "channels" in body["detail"]

    def test_structures_that_promise_more_than_there_is(self, own):
        """A file of ours whose graph was changed by hand."""
        good = safetensors.to_bytes(build_tiny())
        size = int.from_bytes(good[:8], "little")
        header = json.loads(good[8 : 8 + size])

        def forged(change):
            about = json.loads(header["__metadata__"]["convscope"])
            change(about["structure"])
            text = json.dumps({**header, "__metadata__": {"convscope": json.dumps(about)}}).encode()
            return len(text).to_bytes(8, "little") + text + good[8 + size :]

        def set_input(structure):
            structure["inputs"]["input"] = [3, 2**20, 2**20]

        def set_op(structure):
            structure["nodes"][1]["op"] = "teleport"

        def set_stride(structure):
            structure["nodes"][2]["attributes"]["stride"] = [0, 0]

        def set_cycle(structure):
            structure["nodes"][0]["inputs"] = ["softmax"]

        def set_two(structure):
            structure["inputs"]["other"] = [3, 8, 8]

        def set_mean(structure):
            structure["preprocess"]["mean"] = [0.5]

        for change in (set_input, set_op, set_stride, set_cycle, set_two, set_mean):
            refused(own, forged(change))
        assert own.post(MODELS, content=forged(lambda s: None)).status_code == 201


class TestKeeping:
    def test_a_deleted_model_takes_its_analyses_with_it(self, own, file):
        model = bring(own, file, name="to be deleted")["id"]
        done = own.post("/api/v1/analyses", params={"model": model}, content=picture_bytes()).json()
        assert own.delete(f"{MODELS}/{model}").status_code == 204
        assert (
            own.get(f"/api/v1/analyses/{done['id']}").json()["type"] == "/errors/unknown-analysis"
        )
        gone = own.get(f"{MODELS}/{model}").json()
        assert gone["type"] == "/errors/unknown-model"
        assert "send the file again" in gone["detail"]
        assert own.delete(f"{MODELS}/{model}").status_code == 404
        assert bring(own, file, name="to be deleted")["id"] == model

    def test_what_nobody_brought_stays(self, own):
        assert own.delete(f"{MODELS}/tiny").json()["type"] == "/errors/model-fixed"
        assert own.delete(f"{MODELS}/tiny").status_code == 403

    def test_the_least_recently_used_goes_first(self):
        one = 4 * 4 * 27
        shelf = OwnModels(2 * one, 100)
        assert shelf.keep("own-a", net()) == []
        assert shelf.keep("own-b", net()) == []
        assert shelf.find("own-a") is not None
        assert shelf.keep("own-c", net()) == ["own-b"]
        assert shelf.ids() == ["own-a", "own-c"]
        assert shelf.find("own-b") is None
        with pytest.raises(UnknownModel, match="send the file again"):
            shelf.delete("own-b")
        with pytest.raises(OversizedModel):
            shelf.keep("own-d", net(classes=40))

    def test_time_runs_from_the_last_use(self):
        now = [0.0]
        shelf = OwnModels(10_000, 100, clock=lambda: now[0])
        shelf.keep("own-a", net())
        shelf.keep("own-b", net())
        now[0] = 80
        shelf.find("own-a")
        now[0] = 110
        assert shelf.ids() == ["own-a"]
        assert shelf.keeping("own-a") == {"own": True, "bytes": 432, "expires_in": 70}
        assert shelf.find("own-b") is None
        assert shelf.sweep() == ["own-b"]
        assert shelf.sweep() == []

    def test_others_models_are_none_of_its_business(self):
        shelf = OwnModels(10_000, 100)
        assert shelf.find("everyday") is None
        assert shelf.keeping("everyday") is None
        with pytest.raises(FixedModel):
            shelf.delete("everyday")

    def test_evicted_models_take_their_analyses_with_them(self, tmp_path):
        folder = str(tmp_path)
        settings = Settings(
            workers=1, time_limit=60, trainings_dir=folder, models_dir=folder, models_bytes=500
        )
        app = create_app(settings, Registry({"tiny": build_tiny}, "tiny"))
        with TestClient(app) as client:
            first = bring(client, as_onnx(net()))["id"]
            done = client.post("/api/v1/analyses", params={"model": first}, content=picture_bytes())
            bring(client, as_onnx(net()), name="another")
            assert client.get(f"/api/v1/analyses/{done.json()['id']}").status_code == 404
            assert client.get(f"{MODELS}/{first}").status_code == 404


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
    assert answer.json()["detail"] == "filters: '4' does not fit; this layer has 4, counted from 0."
