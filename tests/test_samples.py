"""The sample pictures: stated terms, a small size, a car that is what its script makes, and a
network that knows them all.
"""

import importlib
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import engine
from app.analyses.analysis import predict
from app.images.decoding import Limits

PROJECT = Path(__file__).parent.parent
FOLDER = PROJECT / "static" / "samples"
SAMPLES = json.loads((FOLDER / "samples.json").read_text("utf-8"))
# What each picture shows, and the share that the network must give it at least.
SHOWN = {"car": ("car", 0.9), "coffee": ("espresso", 0.9), "chelsea": ("cat", 0.4)}

each_sample = pytest.mark.parametrize("sample", SAMPLES, ids=[sample["id"] for sample in SAMPLES])


@pytest.fixture(scope="module")
def render_car():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(PROJECT / "scripts")
        yield importlib.import_module("render_car")


@pytest.fixture(scope="module")
def small_render(render_car):
    return render_car.render(96, 64)


@each_sample
def test_a_sample_states_its_terms(sample):
    assert all(sample[field].strip() for field in ("id", "title", "file", "credit", "license"))
    assert sample["license"] in {"Apache-2.0", "CC0-1.0"}
    documented = (PROJECT / "docs" / "samples.md").read_text("utf-8")
    assert f"`{sample['file']}`" in documented


@each_sample
def test_a_sample_opens_is_small_and_carries_no_metadata(sample):
    path = FOLDER / sample["file"]
    assert path.stat().st_size <= 300_000
    with Image.open(path) as picture:
        picture.load()
        assert picture.mode == "RGB"
        assert min(picture.size) >= 256
        assert not picture.getexif()
        assert not {"icc_profile", "comment", "xmp", "photoshop"} & picture.info.keys()


def test_the_car_comes_first_and_no_file_is_unlisted():
    assert SAMPLES[0]["id"] == "car"
    listed = {sample["file"] for sample in SAMPLES}
    assert {path.name for path in FOLDER.iterdir()} == listed | {"samples.json"}


def test_rendering_the_car_twice_gives_the_same_picture(render_car, small_render):
    np.testing.assert_array_equal(small_render, render_car.render(96, 64))


def test_the_car_on_the_page_is_what_the_script_renders(small_render):
    with Image.open(FOLDER / "car.jpg") as picture:
        shipped = np.asarray(picture.resize((96, 64), Image.Resampling.BOX), np.float32)
    assert np.abs(shipped - small_render).mean() < 5  # of 255: film grain, JPEG and sampling


@each_sample
def test_everyday_sees_what_a_sample_shows(sample):
    data = (FOLDER / sample["file"]).read_bytes()
    best, share = predict(engine.load("everyday"), data, Limits(10 << 20, 25_000_000))[0]
    label, at_least = SHOWN[sample["id"]]
    assert best == label
    assert share >= at_least
