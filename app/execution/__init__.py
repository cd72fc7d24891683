"""How work is carried out: bounded workers, and a cache in which a result is computed once for all
who ask.
"""
