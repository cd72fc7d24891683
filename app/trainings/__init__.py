"""Trainings that people start on the page: their pictures, their wishes, and the processes that learn."""
