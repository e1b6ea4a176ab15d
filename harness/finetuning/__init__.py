"""Training what was trained before: encoders with a head, and causal models on the answers of a task."""
