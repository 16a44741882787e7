"""Lambda: tells people what became of a file."""
