"""Metrics: a score per item plus a rule that aggregates scores."""
