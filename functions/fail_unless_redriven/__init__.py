"""Lambda: ends an execution that failed, and lets one that was redriven go on."""
