"""Eval suites as tests: what the pytest plugin registers where there is a project."""
