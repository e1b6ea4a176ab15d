"""From a leaderboard to an answer: what meets the bar, what it costs, and how sure that is.

Calls no model and reads no file. What candidates cost comes from `harness.costs`; what was looked into beside the runs
(`harness.triage`, `harness.guard`, `harness.stale`) is weighed here and made elsewhere.

    truth, rules              the table of states and the answer that each has
    evidence, mistakes        figures of candidates in common resamples; how often each is wrong
    worth                     how dear candidates are, in the same draws
    picking, pick             what trying several costs; who stands for each side, and what is chosen
    reasons, dearer, looked   why: the bar and quality, money, what was looked into
    headline                  the answer in a sentence or two
    needs, items              what would decide an open question, and what that costs
    paid, movers, papers      what is written beside it: costs, what moves them, when to look again
    pareto, rungs, weights    who is on the front, what stood for each rung, scores by stated weights
    verdict, decision         the answer with all of that, and how it comes about
"""
