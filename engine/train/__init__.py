"""Learning: losses, optimisers, schedules, augmentation, and a loop that yields events."""
