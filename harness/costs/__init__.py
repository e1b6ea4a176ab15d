"""What each candidate costs, from its runs, prices, and what a person states.

`stated` and `weights` read the tables of harness.toml and the use of a task; `of_runs` puts what was measured together
with them.
"""
