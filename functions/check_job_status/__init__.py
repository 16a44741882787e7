"""Lambda: looks once at a Glue job run, for the state machine that polls."""
