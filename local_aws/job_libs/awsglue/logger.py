"""The logger that ``GlueContext.get_logger`` returns."""

import logging
import sys


class GlueLogger:
    """Writes to the job's error log, as Glue's does.

    https://docs.aws.amazon.com/glue/latest/dg/monitor-continuous-logging-enable.html
    """

    def __init__(self, name: str = "GlueLogger") -> None:
        self._logger = logging.getLogger(name)
        if not self._logger.handlers:
            handler = logging.StreamHandler(sys.stderr)
            handler.setFormatter(
                logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
            )
            self._logger.addHandler(handler)
            self._logger.setLevel(logging.INFO)
            self._logger.propagate = False

    def debug(self, message: str) -> None:
        """Log at DEBUG, which is off by default."""
        self._logger.debug("%s", message)

    def info(self, message: str) -> None:
        """Log at INFO."""
        self._logger.info("%s", message)

    def warn(self, message: str) -> None:
        """Log at WARN."""
        self._logger.warning("%s", message)

    warning = warn

    def error(self, message: str) -> None:
        """Log at ERROR."""
        self._logger.error("%s", message)
