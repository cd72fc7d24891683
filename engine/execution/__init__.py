"""How a run is carried out: on how many processors, by which threads, in which memory."""
