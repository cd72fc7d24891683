"""Mutilated pictures, always the same ones: each gets a right answer or a clear refusal."""

import pytest

from benchmarks.reliability.hostile import many_scans
from benchmarks.reliability.mutations import mutant


# Pillow warns of what it finds odd in a picture and goes on, which is what it should do.
@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("start", range(0, 400, 100))
def test_a_mutilated_picture_is_read_or_refused(client, start):
    for number in range(start, start + 100):
        what, data = mutant(number)
        answer = client.post(
            "/api/v1/predict", content=data, headers={"Content-Type": "image/jpeg"}
        )
        assert answer.status_code in (200, 400, 413, 415, 422), f"{number}: {what}"
        if answer.status_code != 200:
            problem = answer.json()
            assert answer.headers["content-type"] == "application/problem+json"
            assert problem["type"].startswith("/errors/")
            assert problem["detail"]


# What Pillow 13 answers with an IndexError (a colour profile cut short) and an AssertionError (a
# palette after the pixels).
@pytest.mark.parametrize("number", [2747, 5494, 11299, 11798, 12123, 13590])
@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
def test_mutants_that_once_were_a_server_error(client, number):
    what, data = mutant(number)
    answer = client.post("/api/v1/predict", content=data, headers={"Content-Type": "image/png"})
    assert answer.status_code in (200, 422), what


def test_a_jpeg_of_endless_scans_is_refused_before_it_is_decoded(client):
    data = many_scans(64, 100_000)
    answer = client.post("/api/v1/predict", content=data, headers={"Content-Type": "image/jpeg"})
    assert answer.status_code == 422
    assert "scans" in answer.json()["detail"]


def test_only_scans_of_the_picture_itself_count(client):
    """Phones put a thumbnail before the picture and a film after it, where the marker's two bytes
    may stand by chance.
    """
    film = many_scans(64, 0) + b"\xff\xda" * 1_000
    note = b"\xff\xfe" + (2 + 2_000).to_bytes(2, "big") + b"\xff\xda" * 1_000
    for data in (film, film[:2] + note + film[2:]):
        answer = client.post(
            "/api/v1/predict", content=data, headers={"Content-Type": "image/jpeg"}
        )
        assert answer.status_code == 200, answer.text
