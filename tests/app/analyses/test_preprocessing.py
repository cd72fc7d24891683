"""Ways to prepare a photo side by side, and a model with another one, without its file being sent
again.
"""

import pytest

from app.analyses.preprocessing import copied, trials
from app.images.decoding import Limits, decoded
from app.models.options import PRESETS, ImportOptions
from app.models.uploaded import UploadedModels
from tests.app.analyses.test_boxes import BOX, SCORES, columns_of, detector
from tests.app.bringing import MODELS, as_onnx, bring, net
from tests.app.conftest import picture_bytes


def compare(client, model, photo):
    answer = client.post(f"{MODELS}/{model}/preprocessing", content=photo)
    assert answer.status_code == 200, answer.text
    return answer.json()["options"]


def test_each_way_answers_as_a_model_that_was_brought_so(own):
    data, photo = as_onnx(net()), picture_bytes()
    model = bring(own, data)
    assert model["preprocess"]["source"] == "assumed"
    options = compare(own, model["id"], photo)
    assert [o["preset"] for o in options] == list(
        PRESETS
    )  # the assumed one, imagenet, is the first
    assert [o["preprocess"]["source"] for o in options] == ["assumed", *["chosen"] * 4]
    for option in options:
        other = bring(own, data, preset=option["preset"])
        predicted = own.post("/api/v1/predict", params={"model": other["id"]}, content=photo)
        assert option["predictions"] == predicted.json()
    assert len({o["predictions"][0]["score"] for o in options}) > 3  # two are sure altogether


def test_a_photo_is_decoded_once_for_all_presets(own, monkeypatch):
    sizes = []

    def counted(data, limits, at_least):
        sizes.append(at_least)
        return decoded(data, limits, at_least)

    monkeypatch.setattr("app.analyses.preprocessing.decoded", counted)
    compare(own, bring(own, as_onnx(net()))["id"], picture_bytes())
    assert len(sizes) == 1


def test_a_way_of_its_own_comes_first_and_has_no_name(own):
    model = bring(own, as_onnx(net()), mean="0.3", std="0.2")
    options = compare(own, model["id"], picture_bytes())
    assert [o["preset"] for o in options] == [None, *PRESETS]


def test_grey_and_maps(own):
    grey = bring(own, as_onnx(net(channels=1)))
    assert len(compare(own, grey["id"], picture_bytes())) == len(PRESETS)
    four = bring(own, as_onnx(net(channels=4)), channels="rgba")
    assert all(
        o["preprocess"]["channels"] == "rgba" for o in compare(own, four["id"], picture_bytes())
    )
    maps = bring(own, as_onnx(net(outputs=("relu",))))
    assert all(o["predictions"] == [] for o in compare(own, maps["id"], picture_bytes()))


def test_what_has_no_classes_is_compared_by_what_it_says(own):
    """Boxes by their number and the best score, numbers by the first ones, maps by how far they
    reach.
    """
    boxes = as_onnx(detector((*columns_of(BOX), *SCORES)))
    for option in compare(own, bring(own, boxes)["id"], picture_bytes()):
        (output,) = option["outputs"]
        assert (output["kind"], output["boxes"]) == ("boxes", 1)
        assert output["best_score"] == pytest.approx(0.8, abs=1e-6)

    data, photo = as_onnx(net(outputs=("relu",))), picture_bytes()
    options = compare(own, bring(own, data)["id"], photo)
    for option in options:
        (output,) = option["outputs"]
        model = bring(own, data, preset=option["preset"])["id"]
        done = own.post("/api/v1/analyses", params={"model": model}, content=photo).json()
        stats = next(layer for layer in done["layers"] if layer["name"] == output["name"])["stats"]
        assert output["stats"] == {key: stats[key] for key in ("min", "max", "mean")}
    assert len({option["outputs"][0]["stats"]["max"] for option in options}) == len(PRESETS)


class TestCopies:
    def test_a_copy_answers_by_the_other_way(self, own):
        model, photo = bring(own, as_onnx(net()), name="Mine"), picture_bytes()
        answer = own.post(
            f"{MODELS}/{model['id']}/copies", params={"preset": "caffe", "crop_mode": "border"}
        )
        assert answer.status_code == 201, answer.text
        copy = answer.json()
        assert answer.headers["location"] == f"{MODELS}/{copy['id']}"
        assert copy["id"] != model["id"]
        assert copy["title"] == "Mine"
        assert copy["uploaded"] is True
        steps = copy["preprocess"]
        assert (steps["source"], steps["channels"], steps["crop_mode"]) == (
            "chosen",
            "bgr",
            "border",
        )
        same = bring(own, as_onnx(net()), preset="caffe", crop_mode="border")
        ask = lambda m: own.post("/api/v1/predict", params={"model": m["id"]}, content=photo).json()  # noqa: E731
        assert ask(copy) == ask(same)
        assert ask(copy) != ask(model)

    def test_the_same_choice_has_the_same_id(self, own):
        model = bring(own, as_onnx(net()))["id"]
        take = lambda m, p: own.post(f"{MODELS}/{m}/copies", params={"preset": p}).json()["id"]  # noqa: E731
        caffe = take(model, "caffe")
        assert take(model, "caffe") == caffe
        assert take(take(caffe, "raw"), "caffe") == caffe

    def test_the_copy_outlives_what_it_was_made_from(self, own):
        model = bring(own, as_onnx(net()))["id"]
        copy = own.post(f"{MODELS}/{model}/copies", params={"preset": "unit"}).json()["id"]
        assert own.delete(f"{MODELS}/{model}").status_code == 204
        assert own.get(f"{MODELS}/{copy}").status_code == 200

    @pytest.mark.parametrize(
        "params", [{}, {"preset": "vgg"}, {"mean": "1,2"}, {"channels": "rgba"}]
    )
    def test_nonsense_is_refused(self, own, params):
        model = bring(own, as_onnx(net()))["id"]
        answer = own.post(f"{MODELS}/{model}/copies", params=params)
        assert answer.json()["type"] == "/errors/invalid-request"

    def test_there_must_be_a_model(self, own):
        assert own.post(f"{MODELS}/own-none/copies", params={"preset": "raw"}).status_code == 404
        assert (
            own.post(f"{MODELS}/own-none/preprocessing", content=picture_bytes()).status_code == 404
        )


def test_weights_that_are_shared_take_their_room_once():
    network = net()
    size = sum(array.nbytes for array in network.parameters().values())
    shelf = UploadedModels(max_bytes=size, seconds=60)
    assert shelf.keep("own-a", network) == []
    for preset in PRESETS:
        content, other = copied(network, ImportOptions(preset=preset))
        assert other.node("conv").op is network.node("conv").op
        assert shelf.keep(shelf.id_of(content), other) == []
    assert len(shelf.ids()) == 1 + len(PRESETS)
    assert len(shelf.keep("own-b", net(name="other"))) == 1 + len(PRESETS)


def test_the_original_is_left_as_it_is():
    network = net()
    before = network.digest
    trials(network, picture_bytes(), Limits(10**6, 10**6), None)
    assert network.preprocess is None
    assert network.digest == before
