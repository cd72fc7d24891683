"""The key of the client's and the shell's workspace, in a file of the user's: made at the first
need, and readable by nobody else.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from app.workspaces.workspace import is_key, new_key


def key_file() -> Path:
    """Where the key is kept: below the user's configuration folder (XDG Base Directory, 3)."""
    folder = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(folder).expanduser() / "convscope" / "workspace"


def kept_key() -> str:
    """The key in the file. A new one, where there is none or the file holds something else. Raises
    OSError when it cannot be written.
    """
    key = _read()
    if key is None:  # the first of two programs that start at once makes it
        keep_key(new_key(), instead=False)
        key = _read()
    if key is None or not is_key(key):
        key = new_key()
        keep_key(key)
    return key


def keep_key(key: str, *, instead: bool = True) -> None:
    """Keep a key, ``instead`` of the one that is there. Raises OSError."""
    path = key_file()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"{key}\n")
        if instead:
            new.replace(path)
        else:
            with suppress(FileExistsError):
                os.link(new, path)
    finally:
        new.unlink(missing_ok=True)


def _read() -> str | None:
    """What the file holds; None where there is none."""
    try:
        return key_file().read_text("utf-8").strip()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        return ""
