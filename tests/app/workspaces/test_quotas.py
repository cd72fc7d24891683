"""Parts of what is kept: of a workspace, and of all at its address."""

from app.workspaces.quotas import Quota, Quotas


def test_where_one_may_have_all_nobody_is_bound():
    quotas = Quotas()
    quotas.hold("one", "a")
    assert quotas.of("one") == []
    assert quotas.excess("one", lambda _: 100, 10) == 0


def test_those_at_one_address_are_bound_together():
    quotas = Quotas(0.5)
    own = Quota(frozenset({"one"}), 0.5, "of yours")
    assert quotas.of("one") == [own]  # seen nowhere yet
    quotas.hold("one", "a")
    quotas.hold("far", "b")
    assert quotas.of("one") == [own]
    quotas.hold("two", "a")
    assert quotas.of("one") == [own, Quota(frozenset({"one", "two"}), 0.75, "at your address")]


def test_an_address_is_where_a_workspace_was_last_seen():
    quotas = Quotas(0.5)
    for owner, address in (("one", "a"), ("two", "a"), ("one", "b")):
        quotas.hold(owner, address)
    assert len(quotas.of("one")) == len(quotas.of("two")) == 1


def test_own_excess_is_worse_than_the_address_s():
    quotas = Quotas(0.5)
    held = {"one": 6, "two": 2, "far": 1}
    for owner, address in (("one", "a"), ("two", "a"), ("far", "b")):
        quotas.hold(owner, address)

    def excess(owner):
        return quotas.excess(owner, lambda owners: sum(held[one] for one in owners), 10)

    assert [excess(owner) for owner in held] == [2, 1, 0]


def test_made_up_workspaces_make_no_address_forgotten_and_fill_no_memory():
    quotas = Quotas(0.5)
    quotas.hold("one", "a")
    for turn in range(10_001):
        quotas.note(f"{turn}", f"{turn}")
    quotas.hold("two", "a")
    assert quotas.of("two")[1].owners == {"one", "two"}
    assert len(quotas._address) == 2


def test_who_holds_something_moves_and_who_does_not_is_forgotten():
    quotas = Quotas(0.5)
    quotas.retain({"kept"})  # since before a restart
    quotas.hold("new", "a")
    quotas.retain({"kept"})  # what it brings is on its way
    assert len(quotas.of("kept")) == 1
    quotas.note("kept", "a")
    assert quotas.of("new")[1].owners == {"kept", "new"}
    quotas.hold("kept", "")  # by no request
    assert quotas.of("new")[1].owners == {"kept", "new"}
    quotas.retain({"kept"})
    assert [len(quotas.of(owner)) for owner in ("kept", "new")] == [1, 1]
    quotas.retain(set())
    assert len(quotas._address) == len(quotas._at) == 0
