"""The folder of trainings and datasets, where a restarted server finds them again."""

from __future__ import annotations

import logging
import os
import tempfile
from pathlib import Path

logger = logging.getLogger(__name__)


def make_folder(wanted: str) -> Path:
    """The folder ``wanted`` (``~`` is the home directory), created if necessary; a temporary one
    where that cannot be written.
    """
    folder = Path(wanted).expanduser()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK | os.X_OK):
            return folder
    except OSError as error:
        logger.debug("%s", error)
    temporary = Path(tempfile.mkdtemp(prefix="convscope-"))
    logger.warning(
        "%s cannot be written: trainings are kept in %s, which may not last.", folder, temporary
    )
    return temporary
