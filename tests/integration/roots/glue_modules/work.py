"""Does nothing, or fails with the message in ``--fail``."""

import sys

arguments = dict(zip(sys.argv[1::2], sys.argv[2::2], strict=False))
if "--fail" in arguments:
    raise RuntimeError(arguments["--fail"])
