"""Model files that are refused: what is wrong with them, and that nothing of them stays."""

import itertools
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from app.errors import OversizedModel
from app.models import uploaded
from app.models.loading import read_model
from app.models.options import ImportOptions
from engine.cost import ModelLimits
from engine.formats import safetensors
from engine.network import Network, Node
from engine.ops import (
    Relu,
)
from tests.app.bringing import MODELS, as_onnx, bring, net, refused
from tests.app.conftest import build_tiny


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
        """One of its own: a slow machine takes the same models as a fast one, as long as they are
        small enough.
        """
        services = own.app.state.services
        read = uploaded.read_apart
        monkeypatch.setattr(uploaded, "read_apart", lambda *a: time.sleep(0.4) or read(*a))
        monkeypatch.setattr(services.executor, "time_limit", 0.2)
        assert own.post(MODELS, content=file).status_code == 201
        shorter = services.settings.model_copy(update={"model_time_limit": 0.2})
        monkeypatch.setattr(services.model_reader, "_settings", shorter)
        answer = own.post(MODELS, content=file)
        assert answer.json()["type"] == "/errors/time-limit"
        assert answer.json()["limit"] == 0.2
        assert "model" in answer.json()["detail"]

    def test_one_file_is_read_after_the_other(self, own, monkeypatch):
        """Those that come meanwhile wait for their turn."""
        read = uploaded.read_apart
        door = threading.Lock()

        def alone(*args):
            assert door.acquire(blocking=False)
            try:
                time.sleep(0.02)
                return read(*args)
            finally:
                door.release()

        monkeypatch.setattr(uploaded, "read_apart", alone)
        files = [as_onnx(net(classes=count)) for count in range(2, 10)]
        with ThreadPoolExecutor(len(files)) as pool:
            answers = list(pool.map(lambda file: own.post(MODELS, content=file), files))
        assert {answer.status_code for answer in answers} == {201}

    @pytest.mark.parametrize(
        "meta",
        [
            {"title": "\ud800"},
            {"summary": "\ud800"},
            {"notes": "\ud800"},
            {"number": 2**70},
            {"text": "x" * 150_000},
            {"deep": json.loads("[" * 400 + "]" * 400)},
        ],
        ids=["title", "summary", "key", "number", "long", "deep"],
    )
    def test_what_a_file_says_of_itself_can_be_passed_on_or_is_refused(self, own, meta):
        """Else the list of models would be an error for everybody."""
        answer = own.post(MODELS, content=as_onnx(net(meta=meta)))
        if answer.status_code == 201:
            assert answer.json()["title"].isprintable()
        else:
            assert answer.json()["type"] == "/errors/model-invalid"
        assert own.get(MODELS).status_code == 200

    def test_names_of_classes_in_a_file_are_texts_on_one_line(self, own):
        labels = ["\x1b[31mcat", "a\nb", "\ud800", "dog"]
        model = bring(own, as_onnx(net(labels=labels)))
        assert model["labels"] == ["[31mcat", "a b", "", "dog"]

    def test_too_many_layers_in_a_file_of_ours(self):
        nodes = [Node(f"relu{i}", Relu(), (f"relu{i - 1}" if i else "image",)) for i in range(5000)]
        more = {"inputs": {"image": (3, 2, 2)}, "outputs": ("relu4999",)}
        data = safetensors.to_bytes(Network(nodes, **more))
        with pytest.raises(OversizedModel, match="5,000 nodes"):
            read_model(data, ImportOptions(), ModelLimits())

    def test_a_network_without_a_photo(self, own):
        body = refused(own, as_onnx(net(channels=5)))
        assert (body["type"], body["field"]) == ("/errors/model-option-needed", "channels")
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
