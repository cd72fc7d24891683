"""Work on what strangers send, in processes of its own: it has no part in this one's memory, in its
interpreter's lock, or in how it ends.
"""

from app.execution.apart.process import Apart, Bounds, Ended

__all__ = ["Apart", "Bounds", "Ended"]
