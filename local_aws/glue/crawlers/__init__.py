"""Glue crawlers and classifiers, which really read what lies in S3."""
