"""Leaderboards and the gate's outcome where people look: a pull request, a job summary, a report of a CI system.

source          what there is to publish, read from files
comment         Markdown for a pull request and a job summary
junit, tables   JUnit XML; CSV and JSON
github          job summary, and one comment that is updated in place
rest            the few calls of GitHub's REST API that this takes
"""
