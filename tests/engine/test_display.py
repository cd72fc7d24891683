"""Values of any rank and layout as maps or vectors: what is shown where, and back."""

import numpy as np
import pytest

from engine.display import ValueLayout

# Letters and sizes for one picture → the shape that is shown, and the axes in that order.
SHOWN = {
    ("NCHW", (1, 3, 4, 5)): (3, 4, 5),
    ("NHWC", (1, 4, 5, 3)): (3, 4, 5),
    ("NC", (1, 7)): (7,),
    ("NHW", (1, 4, 5)): (1, 4, 5),
    ("NWH", (1, 5, 4)): (1, 4, 5),
    ("NLC", (1, 6, 3)): (1, 6, 3),
    ("NCCHW", (1, 2, 3, 4, 5)): (6, 4, 5),
    ("NHWCC", (1, 4, 5, 2, 3)): (6, 4, 5),
    ("NCHWC", (1, 2, 4, 5, 3)): (6, 4, 5),
    ("NCLL", (1, 2, 6, 6)): (2, 6, 6),
    ("LNC", (6, 1, 3)): (1, 6, 3),
    ("CHW", (3, 4, 5)): (3, 4, 5),
    ("HWC", (4, 5, 3)): (3, 4, 5),
    ("LC", (6, 3)): (1, 6, 3),
    ("LHWC", (4, 2, 2, 3)): (12, 2, 2),
    ("C", (7,)): (7,),
    ("", ()): (1,),
    ("N", (1,)): (1,),
}


@pytest.mark.parametrize(("letters", "sizes"), SHOWN)
def test_every_number_is_shown_once_and_found_again(letters, sizes):
    layout = ValueLayout(letters, sizes)
    y = np.arange(np.prod(sizes, dtype=int), dtype=np.float32).reshape(sizes)
    shown = layout.to_display(y)
    assert layout.shape == shown.shape == SHOWN[letters, sizes]
    for position in np.ndindex(*shown.shape):
        index = layout.to_native_index(position)
        assert y[index] == shown[position]
        assert layout.to_position(index) == position


@pytest.mark.parametrize(
    "letters", [letters for letters, _ in SHOWN if letters not in ("NCHWC", "LHWC")]
)
def test_nothing_is_copied(letters):
    sizes = next(sizes for known, sizes in SHOWN if known == letters)
    y = np.zeros(sizes, np.float32)
    assert np.shares_memory(ValueLayout(letters, sizes).to_display(y), y)


def test_pictures_of_a_batch_are_taken_from_their_axis():
    y = np.arange(24).reshape(4, 2, 3)
    layout = ValueLayout("LNC", (4, 1, 3))
    np.testing.assert_array_equal(layout.to_display(y, 1), y[None, :, 1])
    assert layout.to_native_index((0, 3, 2), 1) == (3, 1, 2)
    assert layout.batch_axis == 1


def test_what_is_not_per_picture_is_shown_whole():
    y = np.arange(12).reshape(4, 3)
    layout = ValueLayout("LC", (4, 3))
    np.testing.assert_array_equal(layout.to_display(y, 0), y[None])
    assert (layout.batch_axis, layout.native_shape) == (None, (4, 3))


def test_a_padded_cell_is_shown_outside():
    places = np.array([[0, -1, 2, 1], [0, 0, 5, 0]])
    layout = ValueLayout("NHWC", (1, 4, 5, 3))
    assert layout.to_positions(places).tolist() == [[1, -1, 2], [0, 0, 5]]


def test_rows_and_columns_are_known_by_their_axes():
    assert ValueLayout("NHWC", (1, 4, 5, 3)).rows_and_columns == (1, 2)
    assert ValueLayout("NCHW", (1, 3, 4, 5)).rows_and_columns == (2, 3)
    assert ValueLayout("NLC", (1, 6, 3)).rows_and_columns == (1, 2)
    assert not ValueLayout("NLC", (1, 6, 3)).has_maps
    assert not ValueLayout("NHWHWC", (1, 2, 2, 2, 2, 3)).has_maps
