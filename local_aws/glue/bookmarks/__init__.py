"""Job bookmarks: what each job has read before, kept from run to run.

The states themselves are made and understood by the job's own side
(``local_aws/job_libs/awsglue/bookmarks.py``); here they are text.
"""
