"""Measurements, side by side in one run: `make bench`.

Each section (``validation``, ``processing``, …) measures and returns its figures as plain data;
``report`` words them, ``charts`` draws them.
"""
