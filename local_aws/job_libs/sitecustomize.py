"""Hide the repository's own packages from jobs, which Glue would not have either.

Python imports this at start because it lies on PYTHONPATH. An editable install puts a finder for
``local_aws`` and its neighbours into every interpreter of the virtual environment.
"""

import sys


def _finds_local_aws(finder: object) -> bool:
    module = sys.modules.get(getattr(finder, "__module__", None) or "")
    return "local_aws" in getattr(module, "MAPPING", {})


sys.meta_path[:] = [finder for finder in sys.meta_path if not _finds_local_aws(finder)]
