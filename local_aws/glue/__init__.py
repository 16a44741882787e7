"""A model of AWS Glue that executes: jobs, runs, triggers, workflows and crawlers.

Nothing here imports LocalStack except ``provider.py``, the file that plugs the model in. The model
knows its surroundings only through ``ports.py``.
"""
