"""A first project from a file of labelled examples.

data    rows to train and test items
texts   what the project's files say
make    writes them
"""
