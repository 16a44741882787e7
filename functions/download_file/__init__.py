"""Lambda: brings a file from a web server into S3, and goes on where an earlier try stopped."""
