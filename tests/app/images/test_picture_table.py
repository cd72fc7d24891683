"""The table of pictures through every way into the server: each shows what a person sees of the
file.
"""

import io

import numpy as np
import pytest
from PIL import Image

from app.images.decoding import Limits
from app.images.fitting import fit
from app.learning.datasets import image_folder
from app.learning.datasets.archive import ArchiveReader
from engine.preprocess import Preprocess
from tests.app.archives import packed
from tests.app.conftest import decode
from tests.app.images.picture_cases import Case, cases

LIMITS = Limits(10 * 2**20, 25_000_000)
SMALL = cases()
LARGE = cases(640, 320, noise=3)  # such that they are shrunk while they are decoded


def named(case: Case) -> str:
    return case.name


@pytest.mark.parametrize("case", SMALL, ids=named)
def test_the_decoder(case):
    picture = decode(case.data, LIMITS)
    assert (picture.width, picture.height) == case.size
    case.check(fit(picture, Preprocess(input_size=(3, case.size[1], case.size[0]))))


@pytest.mark.parametrize("case", LARGE, ids=named)
def test_the_decoder_when_it_shrinks_on_the_way(case):
    picture = decode(case.data, LIMITS, at_least=16)
    assert picture.shrink > 1
    assert (picture.width, picture.height) == case.size
    case.check(fit(picture, Preprocess(input_size=(3, 16, 32))))


@pytest.mark.parametrize("case", SMALL, ids=named)
def test_over_rest_the_network_saw_it(client, case):
    made = client.post("/api/v1/analyses", files={"image": case.data}).json()
    assert (made["input"]["width"], made["input"]["height"]) == case.size
    seen = client.get(f"/api/v1/analyses/{made['id']}/input").content
    case.check_quarters(np.asarray(Image.open(io.BytesIO(seen)).convert("RGB")))


def test_in_a_zip_to_learn_from():
    files = {f"{label}/{case.name}": case.data for label in "ab" for case in SMALL}
    reading = ArchiveReader(packed(files), LIMITS)
    while not reading.read_some(lambda: None):
        pass
    unpacked = reading.result()
    assert unpacked.problems == ()
    for case, pixels in zip([*SMALL, *SMALL], unpacked.dataset.pictures, strict=True):
        case.check_quarters(pixels)


def test_in_a_folder_to_learn_from(tmp_path):
    for label in "ab":
        (tmp_path / label).mkdir()
        for case in SMALL:
            (tmp_path / label / case.name).write_bytes(case.data)
    problems = []
    steps = Preprocess(input_size=(3, 16, 16))
    dataset = image_folder.read(tmp_path, steps, lambda path, why: problems.append((path, why)))
    assert problems == []
    in_order = sorted(SMALL, key=named)
    for case, pixels in zip([*in_order, *in_order], dataset.pictures, strict=True):
        case.check_quarters(pixels)
