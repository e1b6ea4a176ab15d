"""What an approach costs, what being wrong costs, and how sure the order is.

Usage, prices and assumptions go in, numbers come out: nothing here knows a run or a task.

    source, figures, checks     a number, where it came from, how far it may be off
    prices, price_list          tokens to dollars
    defaults, hardware          what is assumed, and what other machines cost
    cost, candidate             parts, totals, and how a candidate's parts come about
    breakeven                   from which volume, from which month
    montecarlo, tornado, value  how sure that is, what it hangs on, what knowing more is worth
"""
