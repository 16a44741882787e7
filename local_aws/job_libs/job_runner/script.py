"""Running a script as the main program, and saying in one line why it failed."""

import runpy
import sys
import traceback
from types import TracebackType
from typing import Any

LIMIT = 4000


def run(script: str) -> str | None:
    """Run ``script``; return None if it succeeded, else its error in Glue's form.

    The traceback goes to stderr. ``sys.exit()`` and ``sys.exit(0)`` are success.
    """
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as error:
        if error.code in (None, 0):
            return None
        sys.stderr.write(f"SystemExit: {error.code}\n")
        return f"SystemExit: {error.code}"
    except BaseException as error:
        traceback.print_exception(error.with_traceback(_own_frames(error, script)))
        return describe(error)
    return None


def describe(error: BaseException) -> str:
    """Return the last line of the traceback, with the class's bare name as Glue prints it."""
    name = type(error).__name__
    text = _java_text(error) if name == "Py4JJavaError" else str(error)
    if isinstance(error, ModuleNotFoundError):
        text += "; pass it with --extra-py-files, or install it where the local AWS runs"
    text = text.strip()
    return (f"{name}: {text}" if text else name)[:LIMIT]


def _java_text(error: Any) -> str:
    """Return the failed call and the innermost cause, without Java's stack trace."""
    first = str(error.errmsg).strip().removesuffix(":").strip()
    cause = error.java_exception
    while cause.getCause() is not None:
        cause = cause.getCause()
    return f"{first}. {cause.toString()}"


def _own_frames(error: BaseException, script: str) -> TracebackType | None:
    """Leave out the frames above the script's."""
    frame = error.__traceback__
    while frame is not None and frame.tb_frame.f_code.co_filename != script:
        frame = frame.tb_next
    return frame
