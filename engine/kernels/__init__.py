"""Fast convolution algorithms on arrays. Does not depend on ops and networks."""
