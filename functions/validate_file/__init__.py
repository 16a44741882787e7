"""Lambda: says whether a file is valid, and what it holds."""
