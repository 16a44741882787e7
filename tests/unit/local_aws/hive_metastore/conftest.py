"""The metastore importable as a job process imports it."""

import sys
from pathlib import Path

JOB_LIBS = str(Path(__file__).parents[4] / "local_aws" / "job_libs")
# Not first: sitecustomize.py there is for job processes.
if JOB_LIBS not in sys.path:
    sys.path.append(JOB_LIBS)
