"""Athena's SQL: statements, and queries in DuckDB's dialect."""
