"""A part of the photo that somebody chose: what the network sees of it, and which parts there are
none of.
"""

import pytest
from typer.testing import CliRunner

from app.cli.main import app as shell
from app.client import Client, RequestRefused
from app.http.params import parse_crop

CROP = (4.0, 2.0, 24.0, 22.0)
TEXT = "4,2,24,22"


@pytest.mark.parametrize("by", ["query", "form"])
def test_a_crop_is_what_the_network_sees(client, photo, analysis, by):
    address, data = "/api/v1/analyses", {}
    if by == "query":
        address += f"?crop={TEXT}"
    else:
        data = {"crop": TEXT}
    answer = client.post(address, files={"image": photo}, data=data)
    assert answer.status_code == 201
    body = answer.json()
    assert body["input"]["crop"] == list(CROP)
    assert body["input"]["size"] == analysis["input"]["size"]
    assert body["id"] != analysis["id"]


def test_the_usual_crop_by_hand_gives_the_same_numbers(client, photo, analysis):
    usual = ",".join(str(edge) for edge in analysis["input"]["crop"])
    body = client.post(f"/api/v1/analyses?crop={usual}", files={"image": photo}).json()
    assert body["layers"] == analysis["layers"]
    assert body["predictions"] == analysis["predictions"]


def test_predict_looks_at_the_same_part(client, photo):
    scores = client.post(f"/api/v1/predict?crop={TEXT}", files={"image": photo}).json()
    body = client.post(f"/api/v1/analyses?crop={TEXT}", files={"image": photo}).json()
    assert scores == body["predictions"][: len(scores)]


@pytest.mark.parametrize("text", ["0,0,40,30", "0,0,1,1", "39,29,40,30", "0,0,40,1"])
def test_whole_photos_single_pixels_and_strips_are_crops(client, photo, text):
    assert client.post(f"/api/v1/analyses?crop={text}", files={"image": photo}).status_code == 201


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0,0,41,30", "40 × 30"),
        ("-1,0,10,10", "40 × 30"),
        ("0,0,0.5,10", "less than one pixel"),
        ("10,10,5,5", "less than one pixel"),
        ("nan,0,10,10", "four numbers"),
        ("0,0,inf,10", "four numbers"),
        ("0,0,10", "four numbers"),
        ("left", "four numbers"),
    ],
)
@pytest.mark.parametrize("call", ["analyses", "predict"])
def test_other_crops_are_refused_in_words(client, photo, call, text, words):
    answer = client.post(f"/api/v1/{call}", params={"crop": text}, files={"image": photo})
    assert answer.status_code == 422
    assert words in answer.json()["detail"]


def test_no_text_is_no_crop():
    assert parse_crop(None) is parse_crop("") is None


def test_the_client_and_its_variants(server, photo):
    with Client(server.url) as client:
        analysis = client.analyze(photo, crop=CROP)
        assert analysis.summary["input"]["crop"] == list(CROP)
        variant = analysis.variant(network=[{"layer": "conv1", "filter": 0, "scale": 0}])
        assert variant.summary["original"] == analysis.id
        assert not variant.layer("conv1")[0].any()
        assert variant.difference(analysis)["layers"][0]["relative"] == 0
        with pytest.raises(RequestRefused, match="reaches outside"):
            client.predict(photo, crop=(0, 0, 1000, 10))


@pytest.mark.parametrize("command", [["predict"], ["analyze", "--json", "out.json"]])
def test_the_shell_refuses_a_crop_outside_in_one_line(server, photo, tmp_path, command):
    file = tmp_path / "photo.png"
    file.write_bytes(photo)
    words = [w.replace("out.json", str(tmp_path / "out.json")) for w in command]
    arguments = [words[0], str(file), *words[1:], "--server", server.url, "--crop"]
    assert CliRunner().invoke(shell, [*arguments, TEXT]).exit_code == 0
    refused = CliRunner().invoke(shell, [*arguments, "0,0,1000,10"])
    assert refused.exit_code == 1
    assert "reaches outside" in refused.output
