"""Reads the formats of data files: each turns files into a relation with a table's columns."""
