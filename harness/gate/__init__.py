"""Is this change better, the same or worse than what stands? Base against head, paired on the same items.

policy          what is allowed: tiers, allowed drops, ceilings
baseline        per-item scores of a folder or a git ref
head            what stands here, each candidate as it is set now
compared        one candidate in one metric: better, same, worse, cannot tell
judge           every task, candidate and metric, and what that makes of the whole
check           the gate of a project: reads both sides, then judges
outcome         what came of it, and its file
words           how it is said
"""
