"""Tables of the Data Catalog as DuckDB sees them, and their data in S3."""
