"""The leaderboard: the candidates of a task side by side, with intervals. Made from records; calls no model."""
