"""Is this change better, the same or worse than what stands? Base against head, paired on the same items.

policy          what is allowed: tiers, allowed drops, ceilings
baseline        per-item scores of a folder or a git ref
judge           every task, candidate and metric: better, same, worse, cannot tell
outcome         what came of it, and its file
words           how it is said
"""
