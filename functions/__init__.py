"""The Lambda functions: one package each, with `common` for what several share."""
