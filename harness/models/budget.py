"""What may be spent, counted from usage as it happens."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from harness.models.api import Completion, ModelError, Request

Pricer = Callable[[str, int, int, int], float | None]
"""`(model, input tokens, cached tokens, output tokens) -> USD`, None where the price is unknown."""

BUDGET_SPENT = "BudgetSpent"
"""Kind of the error that ends a run at its budget."""
HOW_TO_PRICE = (
    'State it in harness.toml, in USD per million tokens: [prices."{model}"] with input = ... and output = ...'
)


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
                f"a budget needs the price of {model}. {HOW_TO_PRICE.format(model=model)}",
                retry=False,
                final=True,
            )
        while self.spent_usd + self.reserved_usd + most > self.limit_usd:
            if self.spent_usd + most > self.limit_usd:
                raise ModelError(BUDGET_SPENT, self._too_little(most), retry=False, final=True)
            if self._settled.is_set():
                self._settled = asyncio.Event()  # a new one, since the next run has an event loop of its own
            await self._settled.wait()
        self.reserved_usd += most
        self._reservations += 1
        return most

    def _too_little(self, most: float) -> str:
        spent = f"{_dollars(self.spent_usd)} of {_dollars(self.limit_usd)} is spent"
        if not self.spent_usd:
            spent = f"the budget is {_dollars(self.limit_usd)}"
        return f"{spent} and the next call could cost {_dollars(most)}."

    def settle(
        self, model: str, reserved: float, completion: Completion | None, *, billed: bool = False, lost: int = 0
    ) -> None:
        """Puts what the call did cost in place of what was set aside.

        Args:
            model: as it was reserved for.
            reserved: what `reserve` gave.
            completion: what came back, if anything did.
            billed: whether a call without an answer may have been charged: then all that was set aside is counted,
                as it is for an answer that came without its usage.
            lost: earlier attempts at the same request that were counted so. Now that one is answered, each of them is
                taken to have cost as much as this one.
        """
        self._reservations -= 1
        # Sums of floating-point numbers drift, and a rest that nobody will settle would be waited for.
        self.reserved_usd = self.reserved_usd - reserved if self._reservations else 0.0
        if completion is not None and completion.metered:
            cost = self.price(model, completion.input_tokens, completion.cached_tokens, completion.output_tokens)
            self.spent_usd += (1 + lost) * (cost or 0.0) - lost * reserved
        elif billed or completion is not None:
            self.spent_usd += reserved
        self._settled.set()


def _dollars(usd: float) -> str:
    """With four decimals, or as many as show two digits."""
    return f"${usd:.4f}" if not usd or usd >= 0.001 else f"${Decimal(f'{usd:.1e}'):f}"
