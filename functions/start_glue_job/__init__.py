"""Lambda: starts a Glue job, for the state machine that polls."""
