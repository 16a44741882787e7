"""Starts the runtime interface client inside a function's process.

Copied into the runtime folder and run from there, with the runtime folder first on the path and no
site-packages (``-S``). It stands where ``/var/runtime/bootstrap.py`` stands on AWS.
"""

import os
import site
import sys


def main() -> None:
    """Put package and layers before the runtime's own libraries, then serve for ever."""
    # With -S the builtins exit(), quit() and help() would be missing.
    site.setquit()
    site.sethelper()
    sys.path[:0] = [
        os.environ["LAMBDA_TASK_ROOT"],
        *filter(os.path.isdir, os.environ.pop("_LOCAL_AWS_LAYER_PATHS").split(os.pathsep)),
    ]
    from awslambdaric.__main__ import main as serve  # found only now

    serve(["bootstrap", os.environ["_HANDLER"]])


if __name__ == "__main__":
    main()
