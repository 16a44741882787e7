"""What goes wrong when a package is made.

PackagingError
├── DependencyError       pip could not fetch what a function's requirements.txt asks for
├── PackageTooLargeError  the package is larger than Lambda takes
└── UnknownPackageError   there is no function or library of that name
"""


class PackagingError(Exception):
    """The base of all that packaging raises itself."""


class DependencyError(PackagingError):
    """pip could not fetch what a function's requirements.txt asks for."""


class PackageTooLargeError(PackagingError):
    """The package is larger than Lambda takes."""


class UnknownPackageError(PackagingError):
    """There is no function or library of that name."""
