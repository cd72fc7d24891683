"""The client that other Python programs import, against a real server; and one photo by every
road.
"""

import io
import json
import subprocess

import httpx
import numpy as np
import pytest
from typer.testing import CliRunner

from app.cli.main import app as shell
from app.client import Client, Prediction, RequestRefused, ServerUnreachable
from app.models.registry import Registry
from tests.app.archives import GOOD, packed
from tests.app.conftest import picture_bytes


@pytest.fixture
def client(server):
    with Client(server.url) as client:
        yield client


@pytest.fixture
def photo_file(tmp_path, photo):
    path = tmp_path / "photo.png"
    path.write_bytes(photo)
    return path


def test_predict_takes_paths_and_bytes(client, photo, photo_file):
    by_path, by_bytes = client.predict(photo_file, top_k=2), client.predict(photo, top_k=2)
    assert by_path == by_bytes
    assert len(by_path) == 2
    assert isinstance(by_path[0], Prediction)
    assert client.predict(str(photo_file), model="tiny")[:2] == by_path


def test_pictures_to_learn_from(client, tmp_path):
    assert [d["id"] for d in client.datasets()[:3]] == ["shapes", "digits", "strokes"]
    path = tmp_path / "pets.zip"
    path.write_bytes(packed(GOOD))
    made = client.bring(path, "Pets")
    assert client.bring(path.read_bytes(), "Pets") == made
    assert made in client.datasets()
    with pytest.raises(RequestRefused) as caught:
        client.bring(b"no")
    assert caught.value.type == "/errors/not-an-archive"


def test_analyze(client, photo, tmp_path):
    analysis = client.analyze(photo)
    assert analysis.model == "tiny"
    assert analysis.layers[:2] == ["input", "conv1"]
    assert analysis.predictions[0] == client.predict(photo)[0]
    maps = analysis.layer("relu1")
    assert maps.shape == (4, 8, 8)
    np.testing.assert_array_equal(maps, np.maximum(analysis.layer("conv1"), 0))
    assert analysis.heatmaps("conv1").startswith(b"\x89PNG")
    why = analysis.explain("conv1", channel=1, y=2, x=3)
    assert why["value"] == pytest.approx(float(analysis.layer("conv1")[1, 2, 3]))
    analysis.export("npz", tmp_path / "all.npz")
    with np.load(tmp_path / "all.npz") as arrays:
        np.testing.assert_array_equal(arrays["relu1"], maps)
    analysis.export("json", tmp_path / "all.json")
    assert json.loads((tmp_path / "all.json").read_text())["id"] == analysis.id
    assert client.analysis(analysis.id).summary == analysis.summary


def test_models_and_health(client):
    assert client.models()[0]["id"] == "tiny"
    assert client.health()["status"] == "ok"


def test_a_refusal_is_an_exception_with_the_problem(client):
    with pytest.raises(RequestRefused, match="not a picture") as refusal:
        client.predict(b"hello")
    assert refusal.value.type == "/errors/not-an-image"
    assert refusal.value.status == 415
    with pytest.raises(RequestRefused, match="no layer"):
        client.analyze(picture_bytes()).layer("nope")
    with pytest.raises(RequestRefused, match="upload the photo again"):
        client.analysis("0" * 32)


def test_a_failed_download_leaves_no_file(client, photo, tmp_path):
    with pytest.raises(RequestRefused):
        client.analyze(photo).export("gif", tmp_path / "x.gif")
    assert not (tmp_path / "x.gif").exists()


def test_retry_after_is_a_number():
    answer = httpx.Response(
        503,
        json={"detail": "busy"},
        headers={"retry-after": "3", "content-type": "application/problem+json"},
    )
    with (
        Client("http://x", transport=httpx.MockTransport(lambda _: answer)) as client,
        pytest.raises(RequestRefused) as refusal,
    ):
        client.models()
    assert refusal.value.retry_after == 3


def test_what_is_not_convscope_is_a_clear_error():
    answer = httpx.Response(502, text="<html>")
    with (
        Client("http://x", transport=httpx.MockTransport(lambda _: answer)) as client,
        pytest.raises(RequestRefused, match="502"),
    ):
        client.models()


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "nonsense", "http://[", "ftp://x"])
def test_nobody_there(url):
    with pytest.raises(ServerUnreachable), Client(url) as client:
        client.models()


def test_one_photo_by_every_road_gives_identical_scores(
    server, client, photo, photo_file, monkeypatch, registry
):
    """curl with a bare body, curl with a form, the client, the shell asking the server, the shell
    by itself.
    """
    monkeypatch.setattr(Registry, "of_zoo", lambda: registry)

    def curl(*args):
        command = ["curl", "--silent", "--fail", *args]
        return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)

    def convscope(*args):
        result = CliRunner().invoke(shell, ["predict", "--json", str(photo_file), *args])
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)[0]["predictions"]

    at = f"{server.url}/api/v1"
    bare = curl("--data-binary", f"@{photo_file}", "-H", "Content-Type: image/png", f"{at}/predict")
    assert len(bare) == 3
    assert curl("-F", f"image=@{photo_file}", f"{at}/predict") == bare
    assert curl("-F", f"image=@{photo_file}", f"{at}/analyses")["predictions"] == bare
    assert [p._asdict() for p in client.predict(photo)] == bare
    assert [p._asdict() for p in client.analyze(photo).predictions] == bare
    assert convscope("--server", server.url) == bare
    assert convscope() == bare
    softmax = (
        httpx.post(f"{at}/analyses", content=photo).headers["location"]
        + "/layers/softmax?format=npy"
    )
    scores = np.load(io.BytesIO(httpx.get(server.url + softmax).content))
    assert sorted(scores.tolist(), reverse=True) == [p["score"] for p in bare]
