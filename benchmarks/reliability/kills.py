"""Kills the server, its trainings or both at random moments, and in one round of four fills up the
disk before.

Can what is on the disk be read afterwards, and does every training go on?

    python -m benchmarks.reliability.kills --rounds 200

Two trainings are at work. After a kill each of their files is read, and the step to resume from is
compared with the last one that a visitor was told of. The next server starts on the full disk.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from random import Random

from app.workspaces.workspace import new_key
from benchmarks.reliability.disk import Disk, kill
from benchmarks.reliability.server import Server, row
from benchmarks.reliability.trainings import (
    PER_EPOCH,
    Trainings,
    processes,
    saved_step,
    unreadable,
    wait,
)

TRAININGS = 2
FULL = 4  # one round in so many
VICTIMS = ("server", "trainings", "both")


class Rounds:
    """What happened so far. ``wrong`` holds what should not have."""

    def __init__(self, disk: Disk, rng: Random) -> None:
        self._disk, self._rng, self._key = disk, rng, new_key()
        self._told: dict[str, int] = {}  # training → the last step that a visitor was told of
        self.victims: Counter[str] = Counter()
        self.full = self.unreadable = self.missing = self.stuck = self.most_lost = 0
        self.wrong: list[str] = []

    def run(self, count: int) -> None:
        """So many rounds, and a last start to see what came of the last."""
        is_full = False
        for number in range(count + 1):
            with self._server() as server:
                mine = Trainings(server.port, self._key)
                self._look(mine, number, is_full)
                self._disk.free()
                if number == count:
                    return
                self._set_going(mine)
                is_full = number % FULL == 0
                self._harm(server, mine, is_full)
            # A training's process saves and ends when its server is gone.
            if not wait(lambda: not processes(self._disk.folder)):
                self.wrong.append(f"round {number}: a process stays though its server is gone")
                kill(processes(self._disk.folder))
            self._read(number)

    def _server(self) -> Server:
        return Server(
            trainings_dir=self._disk.folder, max_trainings=TRAININGS, workers=1, time_limit=120
        )

    def _look(self, mine: Trainings, number: int, is_full: bool) -> None:
        """Whether every training is there after a restart, and goes on."""
        missing = self._told.keys() - mine.listed().keys()
        self.missing += len(missing)
        self.wrong += [f"round {number}: training {run} is not found" for run in missing]
        wait(lambda: all(now["status"] != "starting" for now in mine.listed().values()))
        for run, now in mine.listed().items():
            if now["status"] != "running" and not is_full:
                self.stuck += 1
                self.wrong.append(f"round {number}: {run} is {now['status']}: {now['problem']}")

    def _set_going(self, mine: Trainings) -> None:
        """As a visitor would: those that found the disk full are resumed or begun anew."""
        for run, now in mine.listed().items():
            if now["status"] == "paused":
                mine.resume(run)
            elif now["status"] == "failed":
                mine.begin_anew(run)
        while len(mine.listed()) < TRAININGS:
            mine.begin()
        wait(lambda: all(now["status"] == "running" for now in mine.listed().values()))

    def _harm(self, server: Server, mine: Trainings, is_full: bool) -> None:
        """Wait for a random moment, fill up the disk, and kill at another."""
        time.sleep(self._rng.uniform(0, 1.5))
        trained = processes(self._disk.folder)
        if is_full:
            self.full += 1
            self._disk.fill((server.process.pid, *trained))
            time.sleep(self._rng.uniform(0, 0.5))
        self._told = {run: now["step"] for run, now in mine.listed().items()}
        victim = self._rng.choice(VICTIMS)
        self.victims[victim] += 1
        if victim != "trainings":
            server.process.kill()
            server.process.wait()
        if victim != "server":
            kill(trained)
            wait(lambda: not set(trained) & set(processes(self._disk.folder)))
            self._compare()  # before others have learned anything
        if victim == "trainings" and not wait(lambda: self._replaced(mine, trained)):
            self.wrong.append("a training whose process was killed has no other one")

    def _replaced(self, mine: Trainings, trained: list[int]) -> bool:
        """Whether the server has put new processes in the place of the killed ones, where it could
        write.
        """
        states = [now["status"] for now in mine.listed().values()]
        others = set(processes(self._disk.folder)) - set(trained)
        return "starting" not in states and len(others) == len(states) - states.count("failed")

    def _read(self, number: int) -> None:
        """What the kill left on the disk."""
        found = unreadable(self._disk.folder)
        self.unreadable += len(found)
        self.wrong += [f"round {number}: {name}" for name in found]
        self._compare()

    def _compare(self) -> None:
        for run, step in self._told.items():
            lost = step - saved_step(self._disk.folder, run)
            self.most_lost = max(self.most_lost, lost)
            if lost > PER_EPOCH:
                self.wrong.append(f"training {run} lost {lost} steps of {step}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    with Disk() as disk:
        rounds = Rounds(disk, Random(asked.seed))
        try:
            rounds.run(asked.rounds)
        finally:
            report(rounds, disk.kind)
    sys.exit(bool(rounds.wrong))


def report(rounds: Rounds, kind: str) -> None:
    killed = ", ".join(f"{name}: {rounds.victims[name]}" for name in VICTIMS)
    row("kills", f"{rounds.victims.total()} ({killed})")
    row("… on a full disk", f"{rounds.full}", kind)
    row("unreadable files", f"{rounds.unreadable}", "0")
    lost = f"{rounds.most_lost} steps, {rounds.most_lost / PER_EPOCH:.2f} epochs"
    row("lost at most", lost, "≤ 1 epoch")
    row("trainings not found again", f"{rounds.missing}", "0")
    row("… not going on, with room", f"{rounds.stuck}", "0")
    for trouble in rounds.wrong:
        print("WRONG:", trouble)


if __name__ == "__main__":
    main()
