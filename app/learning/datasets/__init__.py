"""Labelled images: uploaded archives, folders on disk, and the sets that are drawn."""
