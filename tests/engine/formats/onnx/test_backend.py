"""The onnx package's own backend tests of the operations that networks for pictures are made of:
all that are not SKIPPED pass.

A skip names its tests under the reason, and a test below asserts that each of them still fails:
what has come to work is no longer skipped. The counts stand in the report's last lines.
"""

from fnmatch import fnmatchcase

import numpy as np
import pytest

from engine.errors import FormatError
from tests.engine.formats.onnx import backend

SKIPPED = {
    "1-D and 3-D: the engine convolves and pools pictures": [
        "node/averagepool_[13]d_*",
        "node/convtranspose_[13]d",
        "node/lppool_[13]d_default",
        "node/maxpool_[13]d_*",
        "pytorch-converted/AvgPool3d*",
        "pytorch-converted/BatchNorm1d_3d_input_eval",
        "pytorch-converted/BatchNorm3d_*eval",
        "pytorch-converted/Conv[13]d*",
        "pytorch-converted/MaxPool[13]d*",
        "pytorch-operator/operator_maxpool",
    ],
    "the first axis is the pictures': no step cuts, turns, normalises or adds along it": [
        "node/expand_dim_changed",
        "node/gather_0",
        "node/gather_negative_indices",
        "node/gemm_all_attributes",
        "node/gemm_transposeA",
        "node/layer_normalization_2d_axis0",
        "node/layer_normalization_2d_axis_negative_2",
        "node/layer_normalization_3d_axis0_epsilon",
        "node/layer_normalization_3d_axis_negative_3_epsilon",
        "node/layer_normalization_4d_axis0",
        "node/layer_normalization_4d_axis_negative_4",
        "node/matmul_1d_[13]d",
        "node/reshape_negative_extended_dims",
        "node/slice_neg_steps",
        "node/split_*1d_*",
        "node/split_*default_axis_*",
        "node/tile",
        "node/tile_precomputed",
        "node/top_k_same_values",
        "node/top_k_same_values_largest",
        "node/unsqueeze_axis_0",
        "pytorch-operator/operator_chunk",
        "simple/expand_shape_model[34]",
    ],
    "constants that differ from picture to picture": [
        "node/gemm_default_matrix_bias",
        "node/prelu_example",
        "node/qlinearmatmul_3D_*",
        "pytorch-operator/operator_non_float_params",
        "pytorch-operator/operator_params",
    ],
    "floats below 16 bits and integers below 8": [
        "node/cast_*FLOAT[48]E*",
        "node/cast_*INT[24]*",
        "node/dequantizelinear_*e[245]m*",
        "node/dequantizelinear_*int[24]",
        "node/quantizelinear_*e[245]m*",
        "node/quantizelinear_*int[24]",
    ],
    "everything is computed in float32: numbers are not rounded to bfloat16": [
        "node/cast_FLOAT_to_BFLOAT16",
        "node/celu_bfloat16",
    ],
    "numbers beyond float32: these were never set": [
        "pytorch-operator/operator_add_broadcast",
        "pytorch-operator/operator_add_size1_*right_broadcast",
        "pytorch-operator/operator_add_size1_singleton_broadcast",
        "pytorch-operator/operator_addconstant",
    ],
    "scales of blocks": ["node/dequantizelinear_blocked", "node/quantizelinear_blocked_*"],
    "training": [
        "node/batchnorm_*_training_mode",
        "node/training_dropout",
        "node/training_dropout_mask",
        "node/training_dropout_default*",
    ],
    "values without numbers in them": [
        "node/reduce_*_empty_set*",
        "node/reshape_allowzero_reordered",
        "node/shape_start_greater_than_end",
        "node/slice_start_out_of_bounds",
        "node/tril_zero",
        "node/split_zero_size_splits_*",
    ],
    "truth values, sequences and optional values as pictures": [
        "node/identity_opt",
        "node/equal_string*",
        "node/identity_sequence",
        "node/reduce_m*_bool_inputs",
        "node/where_*",
    ],
    "sizes and indices that are computed from what a run is given": [
        "node/constantofshape_*",
        "node/onehot_negative_indices",
        "node/onehot_o*",
        "node/onehot_with_bfloat16_values",
        "node/onehot_without_axis",
        "pytorch-converted/Embedding*",
    ],
    "letters that come twice, stand for several axes, or have no result": [
        "node/einsum_batch_diagonal",
        "node/einsum_inner_prod",
        "node/einsum_scalar",
    ],
    "resizing to at least a size": ["node/resize_downsample_sizes_nearest_not_smaller"],
    "onnxruntime and PyTorch take the rounded size where this test does not": [
        "node/resize_downsample_scales_cubic_align_corners",
        "node/resize_downsample_scales_linear_align_corners",
    ],
}


def reason(name):
    """Why a case is skipped; None where it has to pass."""
    for why, patterns in SKIPPED.items():
        if any(fnmatchcase(name, pattern) for pattern in patterns):
            return why
    return None


@pytest.fixture(scope="module")
def cases():
    """All of them, by name; only here, since the onnx package computes thousands of numbers to make
    them.
    """
    return backend.cases()


def compare(case):
    for inputs, expected in case.data:
        values = backend.computed(case, inputs)
        assert len(values) == backend.compared(case)
        for value, other in zip(values, expected, strict=False):
            other = backend.numbers(other)
            assert value.shape == other.shape
            np.testing.assert_allclose(value, other, rtol=case.rtol, atol=case.atol)


def works(case):
    try:
        compare(case)
    except FormatError:
        return False
    except AssertionError:
        return "pool_3d_" in case.name  # has run, and what to expect was not worked out
    return True


def test_the_cases_of_onnx(cases, subtests):
    for name in cases:
        if reason(name) is None:
            with subtests.test(name):
                compare(cases[name])


def test_no_skip_is_stale(cases):
    assert [name for name in cases if reason(name) and works(cases[name])] == []


def test_every_pattern_names_a_case(cases):
    patterns = [pattern for names in SKIPPED.values() for pattern in names]
    assert not [p for p in patterns if not any(fnmatchcase(name, p) for name in cases)]


def test_how_many(cases, record_testsuite_property):
    """None has silently gone, and every operation is among those that pass."""
    passing = [name for name in cases if reason(name) is None]
    record_testsuite_property("onnx backend tests passed", len(passing))
    record_testsuite_property("onnx backend tests skipped", len(cases) - len(passing))
    assert len(passing) >= 800
    tested = {node.op_type for name in passing for node in cases[name].model.graph.node}
    assert backend.OPERATIONS - tested == set()
