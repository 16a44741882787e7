"""Glue job processes: Java and the S3A jars found, Spark kept warm, scripts run and stopped.

``process.JobPool`` is the way in. It knows nothing of LocalStack or of Glue's API.
"""
