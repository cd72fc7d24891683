"""Reading a folder of pictures: what is in it, what is wrong with it, and how it is said."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.learning.datasets import image_folder
from app.learning.datasets.class_folders import HIDDEN, IN_NO_FOLDER
from engine.errors import TrainingError
from engine.preprocess import Preprocess
from tests.app.conftest import picture_bytes

PREPROCESS = Preprocess(input_size=(3, 8, 8))


@pytest.fixture
def folder(tmp_path):
    """Two classes, two and three pictures, every format that is read, and things that are not
    pictures of a class.
    """
    kinds = {"cat/a.png": "PNG", "cat/b.jpg": "JPEG", "dog/a.webp": "WEBP", "dog/b.bmp": "BMP"}
    for seed, (name, kind) in enumerate({**kinds, "dog/deep/c.gif": "GIF"}.items()):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture_bytes((8, 8), kind=kind, seed=seed))
    (tmp_path / "README.txt").write_text("Not a class.")
    (tmp_path / ".cache").mkdir()
    (tmp_path / "cat" / ".hidden").write_text("Not a picture, and nobody's business.")
    return tmp_path


def read(folder, preprocess=PREPROCESS):
    """(dataset, problems): what was read, and what was said about the rest."""
    problems = {}
    dataset = image_folder.read(folder, preprocess, lambda path, why: problems.update({path: why}))
    return dataset, problems


def test_classes_and_pictures_come_in_the_order_of_their_names(folder):
    dataset, problems = read(folder)
    assert dataset.classes == ("cat", "dog")
    assert dataset.labels.tolist() == [0, 0, 1, 1, 1]
    assert problems == {
        Path("README.txt"): IN_NO_FOLDER,
        Path("cat/.hidden"): HIDDEN,
    }
    with Image.open(folder / "cat" / "a.png") as image:
        np.testing.assert_array_equal(dataset.pictures[0], np.asarray(image))


def test_a_broken_picture_is_named_and_left_out(folder):
    whole, _ = read(folder)
    good = (folder / "cat" / "a.png").read_bytes()
    (folder / "cat" / "cut.png").write_bytes(good[: len(good) // 2])
    (folder / "dog" / "empty.jpg").write_bytes(b"")
    (folder / "dog" / "notes.txt").write_text("A dog that barks.")
    dataset, problems = read(folder)
    np.testing.assert_array_equal(dataset.pictures, whole.pictures)
    assert dataset.labels.tolist() == whole.labels.tolist()
    broken = [Path("cat/cut.png"), Path("dog/empty.jpg"), Path("dog/notes.txt")]
    assert [path for path in problems if path.name not in ("README.txt", ".hidden")] == broken
    assert "cannot be decoded" in problems[Path("cat/cut.png")]
    assert "not a picture" in problems[Path("dog/notes.txt")]


def test_large_pictures_are_shrunk_to_the_middle_that_the_network_takes(folder):
    pixels = np.zeros((40, 80, 3), np.uint8)
    pixels[:, 20:60] = (0, 200, 0)
    Image.fromarray(pixels).save(folder / "cat" / "a.png")
    dataset, _ = read(folder)
    # Bicubic interpolation looks a little over the edge of the crop, so the outermost pixels may
    # differ.
    np.testing.assert_array_equal(dataset.pictures[0][:, 2:6], np.full((8, 4, 3), (0, 200, 0)))
    assert dataset.pictures[0][..., 1].min() > 150


def test_an_upright_picture_is_what_exif_says(folder):
    pixels = np.zeros((8, 8, 3), np.uint8)
    pixels[:4] = 255
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter, clockwise
    Image.fromarray(pixels).save(folder / "cat" / "a.png", exif=exif)
    dataset, _ = read(folder)
    np.testing.assert_array_equal(dataset.pictures[0], np.rot90(pixels, -1))


def test_a_folder_that_is_not_there_or_empty_or_of_one_class_is_said_clearly(tmp_path):
    with pytest.raises(TrainingError, match=r"there is no folder .*nowhere"):
        image_folder.classes(tmp_path / "nowhere")
    with pytest.raises(TrainingError, match="has no folders in it"):
        image_folder.classes(tmp_path)
    (tmp_path / "cat").mkdir()
    with pytest.raises(TrainingError, match=r"one class only \(cat\)"):
        image_folder.classes(tmp_path)


def test_a_class_without_one_readable_picture_is_an_error(folder):
    (folder / "fish").mkdir()
    (folder / "fish" / "a.png").write_text("blub")
    problems = []
    with pytest.raises(TrainingError, match="class fish has no picture"):
        image_folder.read(folder, PREPROCESS, lambda path, why: problems.append(path))
    assert problems[-1] == Path("fish/a.png")


def test_a_set_that_is_split_already_and_lies_in_folders_within_folders_is_put_together(
    folder, tmp_path
):
    whole, _ = read(folder)
    base = tmp_path / "download" / "pets"
    for part, names in {"train": ("cat", "dog"), "val": ("cat",)}.items():
        for name in names:
            (base / part / name).mkdir(parents=True)
    for file in folder.glob("*/*"):
        if file.is_file() and file.parent.name in ("cat", "dog"):
            file.rename(base / "train" / file.parent.name / file.name)
    (folder / "dog" / "deep").rename(base / "train" / "dog" / "deep")
    (base / "train" / "cat" / "a.png").rename(base / "val" / "cat" / "a.png")
    (base / "train" / "cat" / "Thumbs.db").write_bytes(b"x")
    for name in ("cat", "dog"):
        (folder / name).rmdir()
    notes = []
    dataset = image_folder.read(folder, PREPROCESS, lambda *_: None, notes.append)
    assert dataset.classes == ("cat", "dog")
    assert sorted(p.tobytes() for p in dataset.pictures) == sorted(
        p.tobytes() for p in whole.pictures
    )
    assert "train, val were put together" in notes[0]
    assert "Passed over: 1" in notes[1]
