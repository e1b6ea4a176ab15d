"""From scores to estimates and comparisons: which statistical method fits which metric."""
