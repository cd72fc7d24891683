"""The table of cases is whole: what is not in it is not proved."""

from engine.ops import OPS
from tests.engine.ops.cases import CASES, NAMES


def test_every_op_has_cases():
    assert {case.op_type for case in CASES} == set(OPS)


def test_names_are_those_of_the_ops_and_none_comes_twice():
    assert len(set(NAMES)) == len(NAMES)
    assert all(case.op().op_type == case.op_type for case in CASES)


def test_every_attribute_takes_more_than_one_value():
    """An attribute that is the same in all cases of its op would go untested; momentum is the
    training loop's.
    """
    seen = {}
    for case in CASES:
        for name, value in case.op().attributes.items():
            seen.setdefault(f"{case.op_type}.{name}", set()).add(str(value))
    assert [name for name, values in seen.items() if len(values) < 2] == ["batch_norm.momentum"]
