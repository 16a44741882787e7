"""A Hive metastore whose tables are those of the Glue Data Catalog.

Spark finds the catalog through Hive's client. On AWS, that client is Amazon's own and asks Glue; it
is not to be had elsewhere. Here Spark's own client talks to this service, which runs in the job's
process, speaks Hive's Thrift protocol, and asks the Glue API as any other program would.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-data-catalog-hive.html
"""
