"""The number of processors: affinity and the quotas of control groups, versions 1 and 2."""

import os

import pytest

from engine.execution import cpu


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine of 64 processors whose control groups are described by files: path → text."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(64)), raising=False)
    monkeypatch.setattr(cpu, "CGROUPS", tmp_path / "cgroup")
    monkeypatch.setattr(cpu, "MEMBERSHIP", tmp_path / "membership")

    def describe(membership, files):
        (tmp_path / "membership").write_text(membership)
        for path, text in files.items():
            file = tmp_path / "cgroup" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)

    return describe


VERSION_1 = "5:memory:/\n4:cpu,cpuacct:/docker/ab\n0::/\n"


@pytest.mark.parametrize(
    ("membership", "files", "expected"),
    [
        ("", {}, 64),
        ("0::/\n", {"cpu.max": "max 100000\n"}, 64),
        ("0::/\n", {"cpu.max": "200000 100000\n"}, 2),
        ("0::/\n", {"cpu.max": "150000 100000\n"}, 2),
        ("0::/\n", {"cpu.max": "1000 100000\n"}, 1),
        ("0::/\n", {"cpu.max": "9900000 100000\n"}, 64),
        ("0::/a/b\n", {"a/b/cpu.max": "max 100000\n", "a/cpu.max": "300000 100000\n"}, 3),
        ("0::/a/b\n", {"a/b/cpu.max": "100000 50000\n", "a/cpu.max": "300000 100000\n"}, 2),
        ("0::/../x\n", {"cpu.max": "nonsense\n"}, 64),
        (
            VERSION_1,
            {"cpu/cpu.cfs_quota_us": "400000\n", "cpu/cpu.cfs_period_us": "100000\n"},
            4,
        ),
        (
            VERSION_1,
            {
                "cpu/docker/ab/cpu.cfs_quota_us": "250000\n",
                "cpu/docker/ab/cpu.cfs_period_us": "100000\n",
            },
            3,
        ),
        (
            VERSION_1,
            {"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"},
            64,
        ),
    ],
)
def test_quotas(machine, membership, files, expected):
    machine(membership, files)
    assert cpu.cpu_count() == expected


def test_affinity_counts_where_it_is_less(machine, monkeypatch):
    machine("0::/\n", {"cpu.max": "400000 100000\n"})
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {3, 5})
    assert cpu.cpu_count() == 2


def test_systems_without_affinity_or_control_groups(tmp_path, monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(cpu, "MEMBERSHIP", tmp_path / "none")
    monkeypatch.setattr(os, "cpu_count", lambda: 6)
    assert cpu.cpu_count() == 6
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert cpu.cpu_count() == 1
