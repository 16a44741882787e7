"""Which Lambda runtimes are executed here."""

RUNTIME = "python3.13"
# Older code runs on the newer interpreter, as far as it goes.
TOLERATED = ("python3.11", "python3.12")


def refusal(runtime: str | None) -> str | None:
    """Return why ``runtime`` (None for a container image) cannot be executed, or None if it can."""
    if runtime == RUNTIME or runtime in TOLERATED:
        return None
    return (
        f"The local AWS cannot execute {runtime or 'a container image'}. It executes {RUNTIME}, "
        f"and {' and '.join(TOLERATED)} on the same interpreter."
    )
