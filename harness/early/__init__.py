"""Runs that end as soon as their comparisons are decided, and the figures of such runs."""
