"""Data files as rows and items."""
