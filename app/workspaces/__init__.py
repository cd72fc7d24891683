"""Whose things are: anonymous workspaces, and ids that nobody guesses."""
