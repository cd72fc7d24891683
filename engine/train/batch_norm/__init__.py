"""Batch normalisation after training: statistics taken anew, and layers folded into
convolutions.
"""
