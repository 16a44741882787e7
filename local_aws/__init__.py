"""A local AWS without Docker: LocalStack plus plugins that really execute Lambda and Glue."""
