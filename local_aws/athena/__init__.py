"""Athena: SQL over the Glue Data Catalog and S3, executed by DuckDB.

``sql/`` turns Athena's two dialects (Trino for queries, Hive for definitions) into statements,
``tables/`` reads and writes a table's data where the catalog says, ``queries/`` runs statements and
keeps their results. The catalog is Glue's, reached through its API: there is no other store.
"""
