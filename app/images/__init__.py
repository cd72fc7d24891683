"""Picture files → RGB pixels of the size that a network takes."""
