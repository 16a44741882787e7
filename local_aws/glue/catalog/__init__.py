"""The Data Catalog: the one store of databases, tables and partitions.

Terraform, boto3, Spark jobs, crawlers and Athena all reach it through the Glue API.
"""
