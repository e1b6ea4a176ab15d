"""What may be spent, counted from usage as it happens."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from harness.models.api import Completion, ModelError, Request

Pricer = Callable[[str, int, int, int], float | None]
"""`(model, input tokens, cached tokens, output tokens) -> USD`, None where the price is unknown."""


@dataclass
class Budget:
    """Reserves the dearest that a call can be before it is made, and settles what it was after."""

    limit_usd: float
    price: Pricer
    spent_usd: float = 0.0
    reserved_usd: float = 0.0
    _reservations: int = 0
    _settled: asyncio.Event = field(default_factory=asyncio.Event)

    async def reserve(self, model: str, request: Request) -> float:
        """USD set aside for a call; waits for calls in flight that may turn out cheaper than they could be.

        Raises:
            ModelError: final, where the call could pass the limit, or its price is unknown.
        """
        most = self.price(model, request.most_input_tokens, 0, request.max_tokens)
        if most is None:
            raise ModelError(
                "UnknownPrice",
                f'a budget needs the price of {model}: add [prices."{model}"] to harness.toml.',
                retry=False,
                final=True,
            )
        while self.spent_usd + self.reserved_usd + most > self.limit_usd:
            if self.spent_usd + most > self.limit_usd:
                raise ModelError(
                    "BudgetSpent",
                    f"${self.spent_usd:.4f} of ${self.limit_usd:.4f} is spent and the next call could cost "
                    f"${most:.4f}.",
                    retry=False,
                    final=True,
                )
            if self._settled.is_set():
                self._settled = asyncio.Event()  # a new one, since the next run has an event loop of its own
            await self._settled.wait()
        self.reserved_usd += most
        self._reservations += 1
        return most

    def settle(self, model: str, reserved: float, completion: Completion | None, *, billed: bool = False) -> None:
        """Puts what the call did cost in place of what was set aside.

        Args:
            model: as it was reserved for.
            reserved: what `reserve` gave.
            completion: what came back, if anything did.
            billed: whether a call without an answer may have been charged: then all that was set aside is counted.
        """
        self._reservations -= 1
        # Sums of floating-point numbers drift, and a rest that nobody will settle would be waited for.
        self.reserved_usd = self.reserved_usd - reserved if self._reservations else 0.0
        if completion is not None:
            cost = self.price(model, completion.input_tokens, completion.cached_tokens, completion.output_tokens)
            self.spent_usd += cost or 0.0
        elif billed:
            self.spent_usd += reserved
        self._settled.set()
