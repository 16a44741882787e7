"""Lambda: turns a validated file into Parquet, as the Glue jobs do for larger ones."""
