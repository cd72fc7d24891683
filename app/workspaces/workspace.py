"""A workspace: everything that one browser or one program has brought or made.

It has no name and no password, only a random key, which its browser or program sends with each
request. The server keeps the key's hash alone, beside what belongs to the workspace.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass

# Owners of things, beside workspaces.
EVERYBODY = "everybody"  # what the server itself offers
NOBODY = ""  # what stood on disk before there were workspaces, or was put there by a command

# At least 22 characters of 6 bits, so that a random key has 128 bits or more.
_KEY = re.compile(r"[A-Za-z0-9_-]{22,128}")


def new_key() -> str:
    """A random key, of 192 bits."""
    return secrets.token_urlsafe(24)


def is_key(text: str) -> bool:
    """Whether a text can be a workspace's key."""
    return _KEY.fullmatch(text) is not None


@dataclass(frozen=True)
class Workspace:
    """One workspace by its ``id``, the hash of its key. ``is_local``: the request comes from the
    server's own machine.
    """

    id: str
    is_local: bool = False

    @classmethod
    def of_key(cls, key: str, *, is_local: bool = False) -> Workspace:
        """The workspace with that key."""
        return cls(_hash("key", key), is_local)

    @classmethod
    def of_address(cls, address: str, *, is_local: bool = False) -> Workspace:
        """The workspace of the programs at one address that send no key."""
        return cls(_hash("address", address), is_local)

    def owns(self, owner: str) -> bool:
        """Whether what belongs to ``owner`` may be changed and deleted from here.

        What belongs to nobody is left to those who sit at the server's machine, and could as well
        delete its files.
        """
        return owner == self.id or (owner == NOBODY and self.is_local)

    def sees(self, owner: str) -> bool:
        """Whether what belongs to ``owner`` is listed and read here."""
        return owner == EVERYBODY or self.owns(owner)


def _hash(kind: str, text: str) -> str:
    return hashlib.sha256(f"convscope {kind} {text}".encode()).hexdigest()[:32]
