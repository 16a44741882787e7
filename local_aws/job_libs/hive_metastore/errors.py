"""What the metastore cannot do. ``service.py`` turns these into Hive's exceptions."""


class NotFoundError(Exception):
    """There is no such thing."""


class NotSupportedError(Exception):
    """Glue's catalog cannot do that, on AWS neither."""


class IncompleteTableError(Exception):
    """The catalog's table lacks what Hive cannot do without."""
