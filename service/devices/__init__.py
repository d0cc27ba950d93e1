"""A reader's signed-in devices, five at once: the slots, and what happens at the sixth."""
