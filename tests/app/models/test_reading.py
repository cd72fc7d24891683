"""A model that is brought is read in a process of its own, and that is all that is different."""

import errno
import os
import signal
import threading
import warnings

import numpy as np
import pytest
from fastapi.testclient import TestClient

from app.errors import AppError, OversizedModel
from app.execution.apart import process
from app.http.application import create_app
from app.http.server import make_server
from app.models import reading
from app.models.loading import limits_of, read_model
from app.models.options import ImportOptions, ModelUpload
from app.models.registry import Registry
from app.settings import Settings
from benchmarks.reliability.model_bombs import BOMBS
from benchmarks.reliability.model_mutations import mutant
from engine import inspection
from tests.app.bringing import MODELS, as_onnx, net
from tests.app.conftest import build_tiny, picture_bytes
from tests.app.execution.test_apart import forker_of

LIMITS = limits_of(Settings())


def go_on():
    """A check that stops nothing."""


def read_there(data, options=ImportOptions()):  # noqa: B008 (frozen)
    return reading.read_apart(ModelUpload(data, options), LIMITS, 60, go_on)


def test_the_network_is_the_one_that_is_read_here():
    data = as_onnx(net(classes=40))
    there, layers = read_there(data)
    here = read_model(data, ImportOptions(), LIMITS)
    assert there.digest == here.digest
    assert layers == inspection.describe_layers(here)
    assert there.output_infos == here.output_infos
    for one, other in zip(there.parameters().values(), here.parameters().values(), strict=True):
        assert one.strides == other.strides
    assert all(node.op.is_frozen for node in there.nodes)
    x = np.ones((1, 3, 8, 8), np.float32)
    name = there.outputs[0]
    np.testing.assert_array_equal(there.forward(x)[name], here.forward(x)[name])


REFUSED = {
    "no network": b"<html>",
    "nothing": b"",
    **{name: BOMBS[name]() for name in ("a function that calls itself", "weights in /etc/passwd")},
    **{str(number): mutant(number)[1] for number in (3, 8, 13, 21)},
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_refused_in_the_same_words(name):
    told = []
    for read in (
        lambda data: read_model(data, ImportOptions(), LIMITS),
        lambda data: read_there(data).network,
    ):
        try:
            told.append(read(REFUSED[name]).digest)
        except AppError as error:
            told.append((type(error), str(error), vars(error)))
    assert told[0] == told[1]


def test_a_file_that_takes_too_long_is_refused(monkeypatch, own):
    monkeypatch.setattr(reading, "_READING", -17.8)  # of the 18 that a run may take here
    answer = own.post(MODELS, content=BOMBS["4,000 steps in a row"]())
    assert answer.status_code == 413, answer.text
    assert answer.json()["what"] == "seconds"


@pytest.mark.parametrize("room", [2**20, 2**23, 2**25])
def test_a_file_that_takes_too_much_memory_is_refused(monkeypatch, room):
    """However far it comes."""
    monkeypatch.setattr(reading, "_RUNS", 0)
    monkeypatch.setattr(reading, "_ROOM", room)
    with pytest.raises(OversizedModel, match="more memory") as refused:
        read_there(BOMBS["48 million error functions"]())
    assert refused.value.more == {"what": "memory"}


def test_where_no_process_can_be_made_a_file_can_be_sent_again(monkeypatch, own):
    def none(*_args, **_more):
        raise OSError(errno.EAGAIN, "none left")

    reading._apart.close()
    monkeypatch.setattr(process.subprocess, "Popen", none)
    answer = own.post(MODELS, content=as_onnx(net()))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5"), answer.text
    monkeypatch.undo()
    assert own.post(MODELS, content=as_onnx(net())).status_code == 201


def test_a_photo_is_analysed_while_another_visitor_s_model_is_read(tmp_path):
    """By the only thread of a server."""
    settings = Settings(workers=1, time_limit=60, trainings_dir=str(tmp_path))
    app = create_app(settings, Registry({"tiny": build_tiny}, "tiny"))
    with TestClient(app) as client:
        reading.make_ready()
        forker = forker_of(os.getpid(), "app.models.reading", "engine.formats.onnx")
        os.kill(forker, signal.SIGSTOP)  # so the model is not read before this has been looked at
        answers = []
        bring = threading.Thread(
            target=lambda: answers.append(client.post(MODELS, content=as_onnx(net())))
        )
        try:
            bring.start()
            while not reading._apart._calling.locked():
                bring.join(0.01)
            photo = client.post("/api/v1/analyses", content=picture_bytes())
            assert photo.status_code == 201, photo.text
            assert not answers
        finally:
            os.kill(forker, signal.SIGCONT)
            bring.join()
        assert answers[0].status_code == 201, answers[0].text


def test_what_numpy_says_of_numbers_that_are_none_is_not_for_the_log(client):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        make_server(Settings(), client.app)
        np.mean(np.array([np.inf, -np.inf]))
        np.var(np.array([np.inf, 1.0]))
    assert not told
