"""Lambda: removes what attempts wrote and nobody needs any more."""
