"""Lambda functions as processes: each execution environment is Amazon's own runtime interface
client (``awslambdaric``) in a subprocess, talking to a Runtime API of ours.

``executor.py`` and ``plugin.py`` know LocalStack; the rest does not.
"""
