"""Execution of work: a bounded pool of workers, and a single-flight cache of results."""
