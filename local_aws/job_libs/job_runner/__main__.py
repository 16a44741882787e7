"""Prepare, wait for the job, run it, leave a result.

``python -m job_runner boot.json`` with a pipe as standard input: one line on it is the path of the
job's spec.json; its end means that the parent is gone.
"""

import json
import os
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from . import imports, script
from .gateway import Gateway, GatewayError

# How long to wait for a JVM that breaks down to be gone, in seconds.
JVM_GRACE = 5.0
METASTORE = "spark.hadoop.hive.metastore.uris"
OUT_OF_MEMORY = 3  # the exit code of -XX:+ExitOnOutOfMemoryError


def main() -> int:
    """Run one job; return the process's exit code."""
    boot = json.loads(Path(sys.argv[1]).read_text())
    lifeline = _detach_stdin()
    gateway = Gateway(boot["jvm"], Path.cwd()) if boot["jvm"] else None
    failure: str | None = None
    try:
        if gateway:
            imports.preload()
            gateway.connect()
    except GatewayError as error:
        failure = str(error)
    path = lifeline.readline()
    if not path:
        return 0
    threading.Thread(target=_die_with_parent, args=(lifeline,), daemon=True).start()
    spec = json.loads(Path(path.strip()).read_text())
    failure = failure or _run(spec, gateway)
    _write_result(Path(spec["work_dir"]), failure)
    return 1 if failure else 0


def _run(spec: dict[str, Any], gateway: Gateway | None) -> str | None:
    _take_environment(spec["environment"])
    try:
        imports.check_modules(spec["python_modules"])
        entries = imports.python_path(spec["py_files"], Path(spec["work_dir"]) / "py_files")
    except Exception as error:
        sys.stderr.write(f"{error}\n")
        return script.describe(error)
    imports.give_way(entries)
    sys.path[:0] = entries
    sys.argv = [spec["script"], *spec["argv"]]
    Path(spec["cwd"]).mkdir(exist_ok=True)
    os.chdir(spec["cwd"])
    if gateway:
        workers = os.pathsep.join([*entries, os.environ["PYTHONPATH"]])
        properties = {**spec["properties"], "spark.executorEnv.PYTHONPATH": workers}
        if spec["glue_catalog"]:
            properties[METASTORE] = f"thrift://127.0.0.1:{_serve_metastore()}"
        gateway.set_properties(properties)
    failure = script.run(spec["script"])
    if failure and gateway and "Py4J" in failure:
        return _jvm_failure(gateway) or failure
    return failure


def _serve_metastore() -> int:
    from hive_metastore.service import serve

    return serve()


def _jvm_failure(gateway: Gateway) -> str | None:
    """Return why the JVM is gone, None if it is not.

    https://docs.aws.amazon.com/glue/latest/dg/monitor-profile-debug-oom-abnormalities.html has the
    message of a driver that ran out of memory.
    """
    code = gateway.exit_code(JVM_GRACE)
    if code is None:
        return None
    if code == OUT_OF_MEMORY:
        return "Command failed with exit code 1: the Spark driver ran out of memory"
    return f"Command failed with exit code {code}: Spark's JVM ended"


def _take_environment(environment: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    tempfile.tempdir = None


def _detach_stdin() -> Any:
    """Keep the parent's pipe under another number, so that the script's stdin is empty."""
    lifeline = os.fdopen(os.dup(0), "r", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return lifeline


def _die_with_parent(lifeline: Any) -> None:
    lifeline.read()
    os.killpg(os.getpgrp(), signal.SIGKILL)


def _write_result(work_dir: Path, failure: str | None) -> None:
    """Write the file in one step, so that a kill leaves either no result or a whole one."""
    temporary = work_dir / ".result.json"
    temporary.write_text(json.dumps({"succeeded": failure is None, "error_message": failure}))
    temporary.rename(work_dir / "result.json")


if __name__ == "__main__":
    # runpy gives the script the name __main__ for a while, hence the function and no globals.
    sys.exit(main())
