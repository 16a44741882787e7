"""Lambda: works out which month a run is about, what it fetches, and whether that is done."""
