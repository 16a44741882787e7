"""Lambda: makes what one attempt wrote the published state of its source object, or does not."""
