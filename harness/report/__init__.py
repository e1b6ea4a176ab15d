"""Leaderboards and verdicts for people and machines."""
