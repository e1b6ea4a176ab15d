"""Two candidates, or two recordings, side by side on the items of both."""
