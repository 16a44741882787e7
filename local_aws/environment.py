"""The environment in which the server process runs."""

from collections.abc import Mapping

from local_aws import internal_endpoint
from local_aws.settings import Settings

# The rest of the caller's environment stays outside: AWS_PROFILE, AWS_ENDPOINT_URL, PYTHONPATH or a
# LocalStack setting of another project would change what the local AWS does.
INHERITED = frozenset(
    {
        "HOME",
        "JAVA_HOME",
        "LANG",
        "LOGNAME",
        "LS_LOG",
        "PATH",
        "REQUESTS_CA_BUNDLE",
        "SHELL",
        "SSL_CERT_DIR",
        "SSL_CERT_FILE",
        "USER",
        # Spark's jars may come through a proxy.
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "NO_PROXY",
        "http_proxy",
        "https_proxy",
        "no_proxy",
    }
)
INHERITED_PREFIXES = ("LC_", "LOCAL_AWS_")


def server_environment(settings: Settings, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the complete environment of the server, given the caller's."""
    inherited = {
        name: value
        for name, value in environ.items()
        if name in INHERITED or name.startswith(INHERITED_PREFIXES)
    }
    return (
        inherited
        | _own_settings(settings)
        | _localstack_settings(settings)
        | _internal_calls(inherited)
        | _lambda_settings(environ)
        | _no_real_aws()
        | _no_proxy_for_ourselves(inherited)
    )


def _own_settings(settings: Settings) -> dict[str, str]:
    """Return what our plugins read inside the server."""
    return {
        "LOCAL_AWS_PORT": str(settings.port),
        "LOCAL_AWS_STATE_DIR": str(settings.state_dir),
        "LOCAL_AWS_CACHE_DIR": str(settings.cache_dir),
        "PYTHONUNBUFFERED": "1",
    }


def _localstack_settings(settings: Settings) -> dict[str, str]:
    """Return LocalStack's settings.

    https://docs.localstack.cloud/aws/capabilities/config/configuration/
    """
    return {
        "GATEWAY_LISTEN": f"127.0.0.1:{settings.port}",
        "LOCALSTACK_HOST": f"localhost:{settings.port}",
        # Its temporary folder is removed at shutdown, so it must not be shared.
        "TMPDIR": str(settings.work_dir),
        "LOCALSTACK_VOLUME_DIR": str(settings.work_dir / "volume"),
        "FILESYSTEM_ROOT": str(settings.work_dir / "filesystem"),
        "CONFIG_DIR": str(settings.work_dir / "config"),
        # The index of plugins. The one in ~/.cache misses changes of the last two minutes.
        "XDG_CACHE_HOME": str(settings.work_dir / "cache"),
        # Nothing from the network, and no usage reports to it.
        "SKIP_SSL_CERT_DOWNLOAD": "1",
        "DISABLE_EVENTS": "1",
        "DNS_ADDRESS": "0",
        # Queue URLs as http://localhost:<port>/<account>/<name>: they resolve without a name
        # server, and Terraform parses them (exactly two parts in the path).
        "SQS_ENDPOINT_STRATEGY": "off",
    }


def _internal_calls(inherited: Mapping[str, str]) -> dict[str, str]:
    """Let services call one another within the process, unless the calls are to go elsewhere."""
    elsewhere = inherited.get(internal_endpoint.SETTING)
    return {"IN_MEMORY_CLIENT": "0" if elsewhere else "1"}


def _lambda_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """Return who executes functions, and how long an environment without work is kept."""
    idle_seconds = float(environ.get("LOCAL_AWS_LAMBDA_IDLE_SECONDS", "600"))
    return {
        "LAMBDA_RUNTIME_EXECUTOR": "local_aws",
        "LAMBDA_KEEPALIVE_MS": str(int(idle_seconds * 1000)),
        # "Lambda … tries … two more times, with a one-minute wait before the first retry".
        "LAMBDA_RETRY_BASE_DELAY": environ.get("LOCAL_AWS_LAMBDA_RETRY_SECONDS", "60"),
        # No rest between two batches: a request for messages waits itself until there are some.
        "LAMBDA_EVENT_SOURCE_MAPPING_POLL_INTERVAL_SEC": "0",
        # For sources other than queues, which are looked at; the default is up to ten seconds.
        "LAMBDA_EVENT_SOURCE_MAPPING_MAX_BACKOFF_ON_EMPTY_POLL_SEC": "0.5",
    }


def _no_real_aws() -> dict[str, str]:
    """Keep boto3 inside the server from profiles and from an instance's own credentials."""
    return {
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def _no_proxy_for_ourselves(inherited: Mapping[str, str]) -> dict[str, str]:
    """Let the server reach itself directly, whatever proxy there is."""
    before = inherited.get("no_proxy") or inherited.get("NO_PROXY") or ""
    hosts = ",".join(filter(None, (before, "localhost,127.0.0.1")))
    return {"NO_PROXY": hosts, "no_proxy": hosts}
