"""Ids that open something. Those that are derived from a content are derived with a secret of the
server, too: whoever has, or guesses, the same photo or file does not know its id.
"""

from __future__ import annotations

import hmac
import json
import logging
import os
import secrets
from pathlib import Path
from typing import Any

_BYTES = 32
_DIGITS = 32  # hexadecimal: 128 bits

logger = logging.getLogger(__name__)


def random_id() -> str:
    """An id that nobody guesses."""
    return secrets.token_hex(_DIGITS // 2)


class IdMaker:
    """Derives ids from contents, with a secret; without one given, with a new one."""

    def __init__(self, secret: bytes | None = None) -> None:
        self._secret = secret or secrets.token_bytes(_BYTES)

    @classmethod
    def of_file(cls, path: Path) -> IdMaker:
        """With the secret in a file, written there at the first start, so that ids stay the same
        after a restart, and are the same on every server that has this file.
        """
        try:
            return cls(_secret_in(path))
        except OSError as error:
            logger.warning("The server's secret cannot be kept, so ids change: %s.", error)
            return cls()

    def derive(self, kind: str, *parts: Any) -> str:
        """The id of what the parts, in JSON, determine."""
        text = json.dumps([kind, *parts], sort_keys=True)
        return hmac.digest(self._secret, text.encode(), "sha256").hex()[:_DIGITS]


def _secret_in(path: Path) -> bytes:
    try:
        return _read(path)
    except FileNotFoundError:
        pass
    # Whole or not at all, and the first of two servers that start at once wins.
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(_BYTES))
        os.link(new, path)
    except FileExistsError:
        pass
    finally:
        new.unlink(missing_ok=True)
    return _read(path)


def _read(path: Path) -> bytes:
    secret = path.read_bytes()
    if len(secret) != _BYTES:
        raise OSError(f"{path} is damaged; delete it")
    return secret
