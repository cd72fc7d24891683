"""The networks on offer: those that ship, uploaded ones, and those of a folder."""
