"""Einsum of one or two values as transposes and one product of matrices."""

from __future__ import annotations

from math import prod

from engine.formats.onnx.importing.builder import Operand, as_parameter
from engine.formats.onnx.importing.node_context import NodeContext
from engine.ops import MatMul, ReduceSum, Reshape, Transpose


def einsum(step: NodeContext) -> None:
    """Letters in both values and in the result are walked along, letters in both alone are summed
    up: a product of matrices.
    """
    equation = step.text("equation", "").replace(" ", "")
    names, _, result = equation.partition("->")
    terms = names.split(",")
    letters = all(part.isalpha() or not part for part in (*terms, result))
    once = all(len(set(part)) == len(part) for part in (*terms, result))
    if "->" not in equation or not letters or not once or len(terms) != len(step.inputs):
        raise step.refused(f"{equation!r} is not read; plain letters with a result are")
    for place, term in enumerate(terms):
        if len(term) != len(step.shape(place)):
            raise step.refused(f"{term!r} does not name the axes of {list(step.shape(place))}")
    if len(terms) == 1:
        _single(step, terms[0], result)
    elif len(terms) == 2:
        _pair(step, terms[0], terms[1], result)
    else:
        raise step.refused("one or two values are joined here")


def _single(step: NodeContext, term: str, result: str) -> None:
    x, gone = step.operand(0), [letter for letter in term if letter not in result]
    if gone:
        axes = tuple(term.index(letter) for letter in gone)
        x = step.make(ReduceSum(axes, False), x, part="sum")
        term = "".join(letter for letter in term if letter in result)
    step.make(Transpose(tuple(term.index(letter) for letter in result)), x)


def _pair(step: NodeContext, left: str, right: str, result: str) -> None:
    sizes = {
        letter: size
        for place, term in enumerate((left, right))
        for letter, size in zip(term, step.shape(place), strict=True)
    }
    both = [letter for letter in left if letter in right]
    along = [letter for letter in both if letter in result]
    summed = [letter for letter in both if letter not in result]
    rows = [letter for letter in left if letter not in right]
    columns = [letter for letter in right if letter not in left]
    if any(letter not in result for letter in (*rows, *columns)):
        raise step.refused("a letter of one value alone is missing from the result")
    a = _matrix(step, 0, left, along, rows, summed, sizes)
    b = _matrix(step, 1, right, along, summed, columns, sizes)
    if b.array is not None:
        product = step.make(MatMul(as_parameter(b.array)), a, part="product")
    else:
        product = step.make(MatMul(), a, b, part="product")
    order = [*along, *rows, *columns]
    shape = tuple(sizes[letter] for letter in order)
    spread = step.make(Reshape((-1, *shape[1:])), product, part="spread")
    step.make(Transpose(tuple(order.index(letter) for letter in result)), spread)


def _matrix(
    step: NodeContext,
    place: int,
    term: str,
    along: list[str],
    rows: list[str],
    columns: list[str],
    sizes: dict[str, int],
) -> Operand:
    """The value at that place as matrices (…, rows, columns), one for each of the letters that are
    walked along.
    """
    order = [*along, *rows, *columns]
    perm = tuple(term.index(letter) for letter in order)
    ahead = [sizes[letter] for letter in along]
    shape = (*ahead, prod(sizes[i] for i in rows), prod(sizes[i] for i in columns))
    x = step.operand(place) if place else step.value(0)
    if x.array is not None:
        step.builder.reserve(x.array.size)
        return Operand.known(x.name, x.array.transpose(perm).reshape(shape))
    x = step.make(Transpose(perm), x, part=f"turned{place}")
    return step.make(Reshape((-1, *shape[1:])), x, part=f"matrix{place}")
