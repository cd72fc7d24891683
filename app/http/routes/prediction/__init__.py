"""What a network makes of a photo of which nothing is kept."""
