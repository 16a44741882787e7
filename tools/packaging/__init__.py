"""How packages for AWS are made."""
