"""Where a local AWS listens and keeps its files."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local_aws.errors import SettingsError

DEFAULT_PORT = 4566


@dataclass(frozen=True)
class Settings:
    """One local AWS. Two with different ports and state folders live side by side.

    ``state_dir`` holds the log, the process record and all temporary files; nothing in it outlives
    a restart. ``cache_dir`` holds downloads (jars) and is shared by all.
    """

    port: int
    state_dir: Path
    cache_dir: Path

    @property
    def endpoint_url(self) -> str:
        """The address to give to boto3 and Terraform."""
        return f"http://localhost:{self.port}"

    @property
    def log_file(self) -> Path:
        """The server's output."""
        return self.state_dir / "server.log"

    @property
    def record_file(self) -> Path:
        """Which process serves, as JSON."""
        return self.state_dir / "server.json"

    @property
    def lock_file(self) -> Path:
        """Held while a server starts or stops."""
        return self.state_dir / "server.lock"

    @property
    def work_dir(self) -> Path:
        """The server's temporary folder, emptied at each start."""
        return self.state_dir / "work"

    @classmethod
    def from_environment(
        cls,
        environ: Mapping[str, str],
        working_dir: Path,
        port: int | None = None,
        state_dir: Path | None = None,
    ) -> "Settings":
        """Read ``LOCAL_AWS_PORT``, ``LOCAL_AWS_STATE_DIR`` and ``LOCAL_AWS_CACHE_DIR``.

        ``port`` and ``state_dir`` come before the environment. Raises SettingsError for a value
        that is no port.
        """
        chosen = port if port is not None else _port(environ.get("LOCAL_AWS_PORT"))
        if not 1 <= chosen <= 65535:
            raise SettingsError(f"Port {chosen} does not exist. Choose one from 1024 to 65535.")
        folder = state_dir or _path(environ.get("LOCAL_AWS_STATE_DIR"))
        cache = _path(environ.get("LOCAL_AWS_CACHE_DIR"))
        return cls(
            port=chosen,
            state_dir=(folder or project_root(working_dir) / ".local_aws" / str(chosen)).resolve(),
            cache_dir=(cache or Path.home() / ".cache" / "local_aws").resolve(),
        )


def project_root(folder: Path) -> Path:
    """Return the repository that ``folder`` lies in, or ``folder`` itself."""
    for candidate in (folder, *folder.parents):
        if (candidate / ".git").exists():
            return candidate
    return folder


def _port(value: str | None) -> int:
    if not value:
        return DEFAULT_PORT
    try:
        return int(value)
    except ValueError:
        raise SettingsError(f"LOCAL_AWS_PORT is {value!r}. Set it to a number.") from None


def _path(value: str | None) -> Path | None:
    return Path(value).expanduser() if value else None
