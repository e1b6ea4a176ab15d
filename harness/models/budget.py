"""What may be spent, counted from usage as it happens."""

from collections.abc import Callable
from dataclasses import dataclass

from harness.models.api import Completion, ModelError, Request

Pricer = Callable[[str, int, int, int], float | None]
"""`(model, input tokens, cached tokens, output tokens) -> USD`, None where the price is unknown."""

_CHARACTERS_PER_TOKEN = 3.0
"""Fewer than is usual, so that a reservation is rather too large."""


@dataclass
class Budget:
    """Reserves the dearest that a call can be before it is made, and settles what it was after."""

    limit_usd: float
    price: Pricer
    spent_usd: float = 0.0
    reserved_usd: float = 0.0

    def reserve(self, model: str, request: Request) -> float:
        """USD set aside for a call.

        Raises:
            ModelError: final, where the call could pass the limit, or its price is unknown.
        """
        letters = sum(len(m.content) for m in request.messages)
        most = self.price(model, int(letters / _CHARACTERS_PER_TOKEN) + 50, 0, request.max_tokens)
        if most is None:
            raise ModelError(
                "UnknownPrice",
                f'a budget needs the price of {model}: add [prices."{model}"] to harness.toml.',
                retry=False,
                final=True,
            )
        if self.spent_usd + self.reserved_usd + most > self.limit_usd:
            raise ModelError(
                "BudgetSpent",
                f"${self.spent_usd:.4f} of ${self.limit_usd:.4f} is spent and the next call could cost ${most:.4f}.",
                retry=False,
                final=True,
            )
        self.reserved_usd += most
        return most

    def settle(self, model: str, reserved: float, completion: Completion | None) -> None:
        """Puts what the call did cost in place of what was set aside; nothing for a call that failed."""
        self.reserved_usd -= reserved
        if completion is not None:
            self.spent_usd += (
                self.price(model, completion.input_tokens, completion.cached_tokens, completion.output_tokens) or 0.0
            )
