"""Says what a file is by its extension."""
