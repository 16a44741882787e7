"""What goes wrong with the local AWS itself, said so that a person knows what to do.

LocalAwsError
├── SettingsError
├── PortTakenError
├── ServerDiedError
└── StartTimeoutError
"""


class LocalAwsError(Exception):
    """The local AWS could not do what was asked. The text says what to do."""


class SettingsError(LocalAwsError):
    """A setting has a value that cannot be used."""


class PortTakenError(LocalAwsError):
    """Something else listens on the port."""


class ServerDiedError(LocalAwsError):
    """The server ended before it was healthy."""


class StartTimeoutError(LocalAwsError):
    """The server was not healthy in time."""
