"""The server process: LocalStack's runtime, and an end that waits for nobody.

LocalStack leaves threads behind that keep Python from exiting (a service that loads while it stops
starts workers which nobody stops). Its state is in memory, so once its shutdown is over this
process just goes, and takes what it started with it.
"""

import os
import sys

from local_aws.call_log import keep_call_log
from local_aws.http_server import spare_the_http_server
from local_aws.internal_endpoint import redirect_internal_calls
from local_aws.processes import kill_descendants


def main() -> None:
    """Serve until a signal comes, then exit; never return."""
    from localstack.runtime.main import main as run

    code = 1
    try:
        redirect_internal_calls()
        spare_the_http_server()
        keep_call_log()
        run()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except Exception:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        kill_descendants()
        os._exit(code)


if __name__ == "__main__":
    main()
