"""What several of the adapters that learn from labels share."""
