"""Mutilated ONNX files, always the same ones: each is a network that runs, or is refused with a
reason. (Thousands: benchmarks.)
"""

from time import process_time

import numpy as np
import pytest

from benchmarks.reliability.model_mutations import mutant
from engine.cost import ModelLimits, cost
from engine.errors import FormatError
from engine.formats.onnx import from_onnx

SMALL = ModelLimits(max_activation_bytes=1 << 26, max_parameter_bytes=1 << 26)


@pytest.mark.parametrize("start", range(0, 300, 100))
@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # weights that are no numbers, on purpose
def test_a_mutilated_file_is_a_network_or_refused(start):
    loaded = 0
    for number in range(start, start + 100):
        what, data = mutant(number)
        before = process_time()
        try:
            network = from_onnx(data, limits=SMALL)
        except FormatError:
            continue
        finally:
            assert process_time() - before < 5, f"{number}: {what}"
        loaded += 1
        if cost(network).multiply_adds < 10**8:
            pictures = {name: np.zeros((2, *size)) for name, size in network.inputs.items()}
            assert set(network.outputs) <= set(network.forward(pictures))
    assert 5 <= loaded <= 60  # the changes are neither too tame nor too wild


def test_a_mutant_is_the_same_every_time():
    assert mutant(7) == mutant(7)
    assert len({mutant(number)[1] for number in range(50)}) == 50
