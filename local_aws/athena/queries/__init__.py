"""Query executions and their results."""
