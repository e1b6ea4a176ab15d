"""Kinds: what an answer is, how to ask for it, how to read it out of text, which metrics fit."""
