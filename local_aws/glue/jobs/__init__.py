"""Jobs, and job runs that really execute.

``interface.py`` is what triggers and workflows see of this package.
"""
