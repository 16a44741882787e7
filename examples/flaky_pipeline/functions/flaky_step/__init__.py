"""A step that fails at random."""
