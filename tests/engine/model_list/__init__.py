"""Small files of networks as they are met in the wild, each in the form that a named exporter
writes.

``tests/models.json`` says which there are and what becomes of them; the builders are here, by the
kind of network.
"""
