"""Files in folders → classes, as people lay them out; what is left out has a reason, and long lists
are cut with a count.
"""

import pytest

from app.learning.datasets.class_folders import (
    HIDDEN,
    IN_NO_FOLDER,
    MAX_PROBLEMS,
    PER_REASON,
    arrange,
    list_problems,
)


def sorted_out(*names: str):
    """Class → names, and what is left out."""
    found = arrange(tuple(name.split("/")) for name in names)
    files = {label: ["/".join(path) for path in paths] for label, paths in found.files.items()}
    return files, {"/".join(path): why for path, why in found.left_out}, found.notes


CATS, DOGS = ("cats/1.png", "cats/sub/2.png"), ("dogs/1.png",)


@pytest.mark.parametrize("around", ["", "pets/", "pets/pets/", "download/pets/v1/"])
def test_folders_around_the_classes_are_looked_through(around):
    files, left_out, notes = sorted_out(*(around + name for name in (*CATS, *DOGS)))
    assert {label: len(names) for label, names in files.items()} == {"cats": 2, "dogs": 1}
    assert (left_out, notes) == ({}, ())


def test_a_file_beside_the_one_folder_around_the_classes_changes_nothing():
    names = [f"pets/{name}" for name in (*CATS, *DOGS)]
    files, left_out, _ = sorted_out("README.md", "pets/labels.csv", *names)
    assert set(files) == {"cats", "dogs"}
    assert left_out == {"README.md": IN_NO_FOLDER, "pets/labels.csv": IN_NO_FOLDER}


@pytest.mark.parametrize("around", ["", "pets/"])
@pytest.mark.parametrize("other", ["val", "validation", "Test", "valid"])
def test_the_parts_of_a_split_set_are_put_together_and_that_is_said(around, other):
    names = [f"{around}train/{name}" for name in (*CATS, *DOGS)]
    more = [f"{around}{other}/{name}" for name in (*CATS, *DOGS)]
    files, left_out, notes = sorted_out(*names, *more)
    assert {label: len(found) for label, found in files.items()} == {"cats": 4, "dogs": 2}
    assert left_out == {}
    assert "train" in notes[0]
    assert other in notes[0]


def test_of_a_part_without_classes_each_picture_is_named():
    files, left_out, _ = sorted_out(
        "train/cats/1.png", "train/dogs/1.png", "test/1.png", "test/2.png"
    )
    assert set(files) == {"cats", "dogs"}
    assert left_out == {"test/1.png": IN_NO_FOLDER, "test/2.png": IN_NO_FOLDER}


def test_classes_that_are_called_like_parts_are_classes():
    assert set(sorted_out("train/1.png", "test/1.png")[0]) == {"train", "test"}
    assert set(sorted_out("train/a/1.png", "plane/a/1.png")[0]) == {"train", "plane"}


def test_what_systems_add_is_counted_and_what_is_hidden_is_named():
    clutter = (
        "__MACOSX/cats/._1.png",
        "cats/.DS_Store",
        "cats/Thumbs.db",
        "cats/._2.png",
        "dogs/desktop.ini",
    )
    files, left_out, notes = sorted_out(*CATS, *DOGS, *clutter, "cats/.secret.png", ".cache/x.png")
    assert set(files) == {"cats", "dogs"}
    assert left_out == {"cats/.secret.png": HIDDEN, ".cache/x.png": HIDDEN}
    assert "Passed over: 5 " in notes[0]


def test_a_folder_without_files_is_a_class_without_pictures():
    assert sorted_out(*CATS, *DOGS, "fish/")[0]["fish"] == []
    assert set(sorted_out(*CATS, *DOGS, ".hidden/", "__MACOSX/")[0]) == {"cats", "dogs"}


def test_names_that_look_the_same_are_the_same_class():
    files, _, _ = sorted_out("A\u0308pfel/1.png", "Äpfel/2.png", " dogs /1.png", "dogs/2.png")
    assert {label: len(names) for label, names in files.items()} == {"Äpfel": 2, "dogs": 2}


def test_the_first_names_for_each_reason_are_listed_and_the_rest_is_counted():
    problems = [(f"{i}.heic", "HEIC") for i in range(300)] + [("a.txt", "text")]
    lines = list_problems(problems)
    assert lines[0] == "0.heic: HEIC"
    assert lines[PER_REASON] == "a.txt: text"
    assert lines[PER_REASON + 1 :] == [f"… {300 - PER_REASON} more: HEIC"]


def test_reasons_that_are_all_different_are_listed_up_to_a_limit():
    lines = list_problems([(f"{i}.png", f"damaged at byte {i}") for i in range(1000)])
    assert len(lines) == MAX_PROBLEMS + 1
    assert lines[-1] == f"{1000 - MAX_PROBLEMS} more were left out."
    assert list_problems([]) == []
