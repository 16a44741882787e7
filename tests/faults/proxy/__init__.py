"""A reverse proxy before a local AWS that delays, drops, doubles, refuses and cuts calls."""
