"""A leaderboard's metrics as a Markdown table."""

from harness.leaderboard.rows import Leaderboard


def print_board(board: Leaderboard) -> None:
    """One row per candidate, every metric with its interval."""
    print(f"| candidate | items | {' | '.join(board.metrics)} |")
    print(f"|---|---{'|---' * len(board.metrics)}|")
    for row in board.rows:
        figures = [f"{e.value:.3f} [{e.low:.3f}, {e.high:.3f}]" for e in row.metrics.values()]
        print(f"| {row.name} | {row.n} | {' | '.join(figures)} |")
