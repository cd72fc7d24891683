"""How the arithmetic is done fast. Knows arrays and threads, nothing of ops and networks."""
