"""One piece of work after the other, and nobody waits behind all that somebody else brings."""

import asyncio
from contextlib import ExitStack

import pytest

from app.errors import Overloaded, TooManyRequests
from app.execution.fair_pool import Sender, sender
from app.execution.turns import Parts, Turns
from tests.app.execution.test_executor import run_async, until


class Piece:
    """Work of a sender that is under way until it is let go."""

    def __init__(self, turns, who, order):
        self._go = asyncio.Event()
        self.task = asyncio.create_task(self._run(turns, who, order))

    async def _run(self, turns, who, order):
        sender.set(Sender(*who))
        async with turns.turn(20):
            order.append(who)
            await self._go.wait()

    async def finish(self):
        self._go.set()
        await self.task


@run_async
async def test_turns_go_round_the_addresses_and_at_each_round_its_workspaces():
    turns, order = Turns("models"), []
    pieces = [Piece(turns, who, order) for who in ("a1", "a1", "a1", "a2", "b1")]
    by_turn = [pieces[number] for number in (0, 4, 3, 1, 2)]
    for count, piece in enumerate(by_turn, 1):
        await until(lambda count=count: len(order) == count)
        await piece.finish()
    assert order == ["a1", "b1", "a2", "a1", "a1"]


@run_async
async def test_one_workspace_has_half_of_what_may_be_under_way_and_one_address_three_quarters():
    parts = Parts("models", 4)
    with ExitStack() as under_way:

        def begin(who):
            sender.set(Sender(*who))
            under_way.enter_context(parts.admitted())

        for who in ("c1", "b1", "b2", "a2", "a1", "a1"):  # others are not counted for it
            begin(who)
        for who, most in (("a1", 2), ("a3", 3)):
            with pytest.raises(TooManyRequests) as refused:
                begin(who)
            assert (refused.value.limit, refused.value.actual) == (most, most)
            assert refused.value.retry_after
    with parts.admitted():
        pass


@run_async
async def test_a_turn_that_does_not_come_is_refused_and_leaves_the_line():
    turns, order = Turns("models"), []
    first = Piece(turns, "a1", order)
    await until(lambda: order)
    with pytest.raises(Overloaded, match="models"):
        async with turns.turn(0):
            pytest.fail("two at a time")
    await first.finish()
    await Piece(turns, "b1", order).finish()
