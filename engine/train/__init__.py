"""Learning: losses, optimisers, schedules, augmentation, data, and a loop that is a generator of events."""
