"""Judging: a model that the user names reads the answers of a run and says how good they are.

A run of its own over the records of a run: its records are judgements, kept beside them.
"""
