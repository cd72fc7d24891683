"""Trainings on the server, each in a process of its own."""
