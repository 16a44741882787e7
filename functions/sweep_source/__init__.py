"""Lambda: starts what was uploaded and never announced."""
