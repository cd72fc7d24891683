"""Parts of what is kept: of a workspace, and of all at its address."""

from app.workspaces import quotas as module
from app.workspaces.quotas import Quota, Quotas


def test_where_one_may_have_all_nobody_is_bound():
    quotas = Quotas()
    quotas.note("one", "a")
    assert quotas.of("one") == []
    assert quotas.excess("one", lambda _: 100, 10) == 0


def test_those_at_one_address_are_bound_together():
    quotas = Quotas(0.5)
    own = Quota(frozenset({"one"}), 0.5, "of yours")
    assert quotas.of("one") == [own]  # seen nowhere yet
    quotas.note("one", "a")
    quotas.note("far", "b")
    assert quotas.of("one") == [own]
    quotas.note("two", "a")
    assert quotas.of("one") == [own, Quota(frozenset({"one", "two"}), 0.75, "at your address")]


def test_an_address_is_where_a_workspace_was_last_seen():
    quotas = Quotas(0.5)
    for owner, address in (("one", "a"), ("two", "a"), ("one", "b")):
        quotas.note(owner, address)
    assert len(quotas.of("one")) == len(quotas.of("two")) == 1


def test_own_excess_is_worse_than_the_address_s():
    quotas = Quotas(0.5)
    held = {"one": 6, "two": 2, "far": 1}
    for owner, address in (("one", "a"), ("two", "a"), ("far", "b")):
        quotas.note(owner, address)

    def excess(owner):
        return quotas.excess(owner, lambda owners: sum(held[one] for one in owners), 10)

    assert [excess(owner) for owner in held] == [2, 1, 0]


def test_made_up_workspaces_do_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr(module, "_REMEMBERED", 3)
    quotas = Quotas(0.5)
    for turn in range(10):
        quotas.note(f"{turn}", f"{turn % 2}")
    assert len(quotas._address) == 3
    assert sum(map(len, quotas._at.values())) == 3
    quotas.note("far", "far")
    assert set(quotas._at) == {"0", "1", "far"}
