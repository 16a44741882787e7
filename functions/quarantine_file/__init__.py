"""Lambda: puts an invalid file aside, with the reason beside it."""
