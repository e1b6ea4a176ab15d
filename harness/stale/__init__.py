"""What a change of the knowledge does to each candidate, and what bringing it up to date costs.

`updating` has the cheapest update of a candidate and its price, `stale` how a candidate stands before the change, after
it, and after its update.
"""
