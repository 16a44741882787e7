"""The JVM beside the script, which PySpark takes over when the script makes its SparkContext."""

import os
import struct
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

POLL_SECONDS = 0.02


class GatewayError(Exception):
    """The JVM did not start."""


class Gateway:
    """A JVM that serves Python. Starting it takes seconds, so ``connect`` is a second step."""

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        self._handshake = folder / "gateway"
        self._handshake.unlink(missing_ok=True)
        self._process = subprocess.Popen(
            command,
            # The JVM ends when this pipe closes, so it never outlives Python.
            stdin=subprocess.PIPE,
            env={**os.environ, "_PYSPARK_DRIVER_CONN_INFO_PATH": str(self._handshake)},
        )
        self._jvm: Any = None

    def connect(self) -> None:
        """Wait for the JVM and make it PySpark's. Raises GatewayError."""
        from pyspark import SparkContext
        from pyspark.java_gateway import launch_gateway

        port, secret = self._read_handshake()
        # PySpark's own way to join a JVM that somebody else has started.
        os.environ["PYSPARK_GATEWAY_PORT"] = str(port)
        os.environ["PYSPARK_GATEWAY_SECRET"] = secret
        gateway = launch_gateway()
        gateway.proc = self._process
        SparkContext._gateway = gateway
        SparkContext._jvm = self._jvm = gateway.jvm

    def alive(self) -> bool:
        """Whether the JVM runs."""
        return self._process.poll() is None

    def exit_code(self, timeout: float) -> int | None:
        """Return the JVM's exit code, waiting for its end up to ``timeout`` seconds."""
        try:
            return self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            return None

    def set_properties(self, properties: Mapping[str, str]) -> None:
        """Set system properties, from which the next SparkConf takes its defaults."""
        for name, value in properties.items():
            self._jvm.java.lang.System.setProperty(name, value)

    def _read_handshake(self) -> tuple[int, str]:
        """Read what the JVM wrote when it began to listen: a port and a secret with its length."""
        # The JVM renames the file into place, so it is whole when it is there.
        while not self._handshake.exists():
            if not self.alive():
                code = self._process.returncode
                raise GatewayError(
                    f"Spark's JVM ended with exit code {code} while starting; "
                    "the job's error log has its last words"
                )
            time.sleep(POLL_SECONDS)
        data = self._handshake.read_bytes()
        port, length = struct.unpack(">ii", data[:8])
        return port, data[8 : 8 + length].decode()
