"""From a leaderboard to an answer: what meets the bar, what it costs, and how sure that is.

Calls no model and reads no file.

    truth, rules         the table of states and the answer that each has
    stated, costs        what an approach costs, from runs, prices and statements
    draws, mistakes      figures of candidates in common resamples; how often each is wrong
    evidence, worth      how good and how dear candidates are
    pick                 who stands for each side, and what is chosen
    needs                what would decide an open question, and what that costs
    pareto, rungs        who is on the front, and what stood for each rung
    verdict, decision    the answer with its reasons, and how it comes about
"""
