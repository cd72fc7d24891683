"""Texts on their way out: on one line, of a bounded length, as sentences."""

_MAX_NAME = 80


def one_line(text: str) -> str:
    """A text on one line, without what cannot be printed."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def short_name(name: str) -> str:
    """A name on one line, and not too long."""
    return one_line(name)[:_MAX_NAME].strip()


def sentence(error: Exception) -> str:
    """An error's message, which the engine begins with a small letter and without a full stop, as a
    sentence.
    """
    message = str(error)
    return f"{message[:1].upper()}{message[1:]}."
