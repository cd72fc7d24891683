"""Single training steps with every intermediate value."""
