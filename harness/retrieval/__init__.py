"""Finding the passages or examples nearest to a query."""
