"""What the tests of ``convscope train`` learn from."""

import numpy as np
import pytest
from PIL import Image


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Plain coloured pictures of two classes, told apart at a glance, in the size that everyday
    takes.
    """
    folder = tmp_path_factory.mktemp("data") / "colours"
    rng = np.random.default_rng(0)
    for name, colour in {"blue": (30, 40, 200), "red": (200, 40, 30)}.items():
        (folder / name).mkdir(parents=True)
        for number in range(12):
            pixels = rng.normal(colour, 30, (64, 64, 3)).clip(0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{number:02d}.png")
    return folder
