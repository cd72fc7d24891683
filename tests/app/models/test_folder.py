"""The folder of models: each file is read once, and one that cannot be read is no harm to the
others.
"""

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.analyses import serializers
from app.errors import TimeLimit, UnknownModel
from app.http.application import create_app
from app.models import folder as model_folder
from app.models.folder import ModelFolder
from app.models.registry import Registry
from app.settings import Settings
from engine.formats import safetensors
from engine.network import Network, Node
from engine.ops import Add
from engine.preprocess import Preprocess
from tests.app.bringing import MODELS, as_onnx, net
from tests.app.conftest import TestClient, build_tiny


@pytest.fixture
def reads(monkeypatch):
    """How often each model's file was read."""
    counts = {}
    read = model_folder.read_model

    def counted(data, options, limits, **more):
        counts[options.name] = counts.get(options.name, 0) + 1
        return read(data, options, limits, **more)

    monkeypatch.setattr(model_folder, "read_model", counted)
    return counts


def listed(folder, **options):
    settings = Settings(workers=1, trainings_dir=str(folder), models_dir=str(folder), **options)
    app = create_app(settings, Registry({"tiny": build_tiny}, "tiny"))
    with TestClient(app) as client:
        twice = [client.get(MODELS) for _ in range(2)]
    assert [answer.status_code for answer in twice] == [200, 200]
    return [model["id"] for model in twice[1].json()["models"]]


def test_every_file_is_read_once_however_many_there_are(tmp_path, reads):
    for count in range(2, 12):
        (tmp_path / f"net{count}.onnx").write_bytes(as_onnx(net(classes=count)))
    (tmp_path / "broken.onnx").write_bytes(b"\x08\x08")
    assert len(listed(tmp_path)) == 11
    assert set(reads.values()) == {1}
    assert len(reads) == 11


def test_a_file_that_was_mended_is_read_again(tmp_path, reads):
    path = tmp_path / "net.onnx"
    path.write_bytes(b"\x08\x08")
    folder = ModelFolder(Settings(models_dir=str(tmp_path)))
    for _ in range(2):
        with pytest.raises(UnknownModel, match="cannot be read"):
            folder.find("net")
    path.write_bytes(as_onnx(net()))
    os.utime(path, ns=(1, 1))
    assert folder.find("net").meta["title"] == "net"
    assert reads == {"net": 2}


@pytest.mark.skipif(sys.platform != "linux", reason="it takes a file that not even root can read")
def test_a_file_that_the_system_does_not_give_is_left_out(tmp_path):
    for suffix in ("onnx", "safetensors"):
        (tmp_path / f"{suffix}.{suffix}").symlink_to("/proc/self/mem")
    assert listed(tmp_path) == ["tiny"]


def test_a_server_that_takes_no_models_offers_those_of_its_folder(tmp_path):
    (tmp_path / "net.onnx").write_bytes(as_onnx(net()))
    assert listed(tmp_path, max_models_bytes=0) == ["tiny", "net"]


UNFIT = {
    "two inputs": lambda: Network(
        [Node("sum", Add(), ("a", "b"))],
        inputs={"a": (3, 8, 8), "b": (3, 8, 8)},
        outputs=("sum",),
    ),
    "five channels": lambda: net(channels=5),
    "no output": lambda: net(outputs=()),
    "mean and std of other channels": lambda: net(
        preprocess=Preprocess(input_size=(1, 8, 8), mean=(0.5,), std=(0.5,))
    ),
    "a model card that is too long": lambda: net(meta={"notes": "x" * 2**18}),
}


@pytest.mark.parametrize("what", UNFIT)
def test_files_of_our_own_are_checked_as_those_that_are_uploaded(tmp_path, what):
    """They were loaded unchecked, and each of these made the list of models a 500."""
    safetensors.save(UNFIT[what](), tmp_path / "unfit.safetensors")
    safetensors.save(net(), tmp_path / "good.safetensors")
    assert listed(tmp_path) == ["tiny", "good"]
    with pytest.raises(UnknownModel, match="'unfit' cannot be read: "):
        ModelFolder(Settings(models_dir=str(tmp_path))).find("unfit")


def test_a_file_of_our_own_keeps_the_title_that_it_was_given(tmp_path):
    safetensors.save(net(meta={"title": "Pets"}), tmp_path / "pets-2.safetensors")
    assert ModelFolder(Settings(models_dir=str(tmp_path))).find("pets-2").meta["title"] == "Pets"


def test_a_file_that_is_being_read_keeps_nobody_from_another(tmp_path, monkeypatch):
    for name in ("slow", "fast"):
        (tmp_path / f"{name}.onnx").write_bytes(as_onnx(net()))
    begun, done = threading.Event(), threading.Event()
    read = model_folder.read_model

    def slowly(data, options, limits, **more):
        if options.name == "slow":
            begun.set()
            assert done.wait(20)
        return read(data, options, limits, **more)

    monkeypatch.setattr(model_folder, "read_model", slowly)
    find = ModelFolder(Settings(models_dir=str(tmp_path))).find
    with ThreadPoolExecutor(2) as pool:
        slow = pool.submit(find, "slow")
        assert begun.wait(20)
        try:
            assert pool.submit(find, "fast").result(20).meta["title"] == "fast"
            assert not slow.done()
        finally:
            done.set()
        assert slow.result(20).meta["title"] == "slow"


def test_a_list_of_models_stops_between_two_files_when_time_is_up(tmp_path, reads):
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.onnx").write_bytes(as_onnx(net()))
    registry = Registry({}, "a")
    registry.add(ModelFolder(Settings(models_dir=str(tmp_path))))

    def check():
        if reads:
            raise TimeLimit("enough", limit=1)

    with pytest.raises(TimeLimit):
        serializers.model_list(registry, check)
    assert reads == {"a": 1}
    assert [m["id"] for m in serializers.model_list(registry, lambda: None)] == ["a", "b", "c"]
    assert reads == {"a": 1, "b": 1, "c": 1}
