"""Triggers, workflows and workflow runs, which really start jobs and crawlers.

``component.py`` puts the parts together; ``ports.py`` is what they need of jobs and crawlers.
"""
