"""The promises that a hostile or impatient world puts to the test, measured against a real server
process.

Each module is started by itself, ``python -m benchmarks.reliability.NAME``. It starts its own
server on a free port of this machine, asks nobody else, prints a table, writes nothing, and stops
after a number of requests or seconds that can be given.
"""
