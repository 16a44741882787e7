"""The inside of a job process: prepares Spark, waits for its job, runs the script.

It talks to its parent (``local_aws/spark/child.py``) by files and one pipe, and imports nothing of
it.
"""
