"""The ``awsglue`` module of local Glue jobs, over plain Spark DataFrames.

It follows the documentation of AWS's module and shares no code with it. On AWS a ``DynamicFrame``
holds records of any shape; here it holds a DataFrame, so every column has one type. What that
cannot carry raises ``awsglue.errors.UnsupportedByLocalGlue``.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python-extensions.html
"""
