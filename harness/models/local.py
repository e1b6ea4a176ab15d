"""Provider `local`: a causal language model in this process, by transformers.

Requests that arrive together are answered in batches of similar length; a prefix that all of them share is
computed once; of a prompt only the last position's logits are kept; a choice is read off token by token along a
trie of the permitted answers, so that nothing else can be said.
"""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from harness.errors import UnavailableError
from harness.models.api import Completion, Message, ModelError, Request
from harness.models.device import pick_device, pick_dtype
from harness.models.needed import need
from harness.models.quiet import quiet_transformers
from harness.models.trie import TokenTrie
from harness.models.weights import weights_folder, weights_key

TOKENS_IN_A_BATCH = 2048
"""Prompt tokens that one forward pass takes at once, padding included."""
ROWS_IN_A_BATCH = 32
_SHORTEST_PREFIX = 16


class Adaptation(Protocol):
    """What is done to a model once its weights are loaded: fine-tuning that was kept apart from them."""

    def key(self) -> Any:
        """JSON-like value that changes whenever the adapted model might answer differently."""

    def apply(self, model: Any) -> Any:
        """The adapted model."""


class LocalModel:
    """A causal language model loaded on first use."""

    local = True
    leaves_machine = False

    def __init__(self, name: str, root: Path | None = None, adaptation: Adaptation | None = None) -> None:
        """`name` is what follows `local/`: a short name, a folder, or `owner/repository[@revision]`."""
        self.name = f"local/{name}"
        self._weights, self._root, self._adaptation = name, root, adaptation
        self._engine: _Engine | None = None
        self._waiting: list[tuple[Request, asyncio.Future[Completion]]] = []
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="local-model")
        self._task: asyncio.Task[None] | None = None

    def key(self) -> Any:
        """The weights, the number format they are computed in, and what was done to them."""
        key = ["local", weights_key(self._weights, "language", self._root), pick_dtype()]
        return [*key, self._adaptation.key()] if self._adaptation else key

    async def complete(self, request: Request) -> Completion:
        """Waits for the batch that this request ends up in."""
        future: asyncio.Future[Completion] = asyncio.get_running_loop().create_future()
        self._waiting.append((request, future))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work())
        return await future

    async def open(self) -> None:
        """Nothing: the weights are loaded with the first batch, and answers from the cache need none."""

    async def close(self) -> None:
        """Drops the weights."""
        self._thread.shutdown(wait=True)
        self._engine = None

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(0)  # requests that are being made in the same turn join the first batch
        while self._waiting:
            taken, self._waiting = self._waiting, []
            try:
                answers = await loop.run_in_executor(self._thread, self._answer, [r for r, _ in taken])
            except Exception as error:
                for _, future in taken:
                    if not future.done():
                        future.set_exception(_as_model_error(error))
                continue
            for (_, future), answer in zip(taken, answers, strict=True):
                if future.done():
                    continue
                if isinstance(answer, ModelError):
                    future.set_exception(answer)
                else:
                    future.set_result(answer)

    def _answer(self, requests: list[Request]) -> list[Completion | ModelError]:
        if self._engine is None:
            self._engine = _Engine.load(weights_folder(self._weights, "language", self._root), self._adaptation)
        return self._engine.answer(requests)


def _as_model_error(error: Exception) -> Exception:
    if isinstance(error, (ModelError, UnavailableError)):
        return error
    return ModelError(type(error).__name__, str(error), retry=False)


def load_causal(folder: Path) -> tuple[Any, Any]:
    """Tokenizer and model in safetensors, on the best device here, in the format that is multiplied fastest.

    Raises:
        UnavailableError: a package for it is not installed; names the extra.
    """
    need("torch", "train")
    need("transformers", "train")
    with quiet_transformers():
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer

        tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
        model = AutoModelForCausalLM.from_pretrained(
            folder, dtype=getattr(torch, pick_dtype()), trust_remote_code=False, use_safetensors=True
        )
    return tokenizer, model.to(pick_device()).eval()


def longest_of(model: Any) -> int:
    """Tokens that a model takes, prompt and answer together."""
    return int(getattr(model.config, "max_position_embeddings", 0) or 1_000_000)


def prompt_tokens(tokenizer: Any, messages: Sequence[Message]) -> tuple[int, ...]:
    """Messages as the model's chat template writes them, up to where its answer begins."""
    turns = [{"role": m.role, "content": m.content} for m in messages]
    text = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
    return tuple(tokenizer(text, add_special_tokens=False)["input_ids"])


@dataclass
class _Engine:
    """Loaded weights and what has been computed once for them. Used by one thread at a time."""

    model: Any
    tokenizer: Any
    device: str
    longest: int
    prefixes: dict[tuple[int, ...], Any] = field(default_factory=dict)
    tries: dict[tuple[str, ...], TokenTrie] = field(default_factory=dict)

    @classmethod
    def load(cls, folder: Path, adaptation: Adaptation | None = None) -> "_Engine":
        """Loads tokenizer and model, and adapts it."""
        tokenizer, model = load_causal(folder)
        if adaptation:
            model = adaptation.apply(model)
        return cls(model, tokenizer, pick_device(), longest_of(model))

    def answer(self, requests: list[Request]) -> list[Completion | ModelError]:
        """Completions in the order of `requests`; a prompt that does not fit is its own error."""
        prompts = [prompt_tokens(self.tokenizer, request.messages) for request in requests]
        answers: list[Completion | ModelError] = [
            ModelError("PromptTooLong", f"{len(p)} tokens; the model takes {self.longest}.", retry=False)
            for p in prompts
        ]
        alike: dict[Any, list[int]] = {}
        for i, request in enumerate(requests):
            if len(prompts[i]) + request.max_tokens <= self.longest:
                key = (request.choices, request.max_tokens, request.temperature, request.repeat)
                alike.setdefault(key, []).append(i)
        for rows in alike.values():
            prefix = self._prefix([prompts[i] for i in rows])
            for batch in _batches(rows, prompts, len(prefix)):
                done = self._batch([requests[i] for i in batch], [prompts[i] for i in batch], prefix)
                for i, completion in zip(batch, done, strict=True):
                    answers[i] = completion
        return answers

    def _prefix(self, prompts: list[tuple[int, ...]]) -> tuple[int, ...]:
        """The beginning that all prompts share, if it is worth keeping; at least one token stays out of it."""
        known = [p for p in self.prefixes if all(q[: len(p)] == p and len(q) > len(p) for q in prompts)]
        if known:
            return max(known, key=len)
        if len(prompts) < 2:
            return ()
        first, last = min(prompts), max(prompts)
        shared = next(
            (i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b),
            min(len(first), len(last)),
        )
        shared = min(shared, min(map(len, prompts)) - 1)
        return first[:shared] if shared >= _SHORTEST_PREFIX else ()

    def _batch(
        self, requests: list[Request], prompts: list[tuple[int, ...]], prefix: tuple[int, ...]
    ) -> list[Completion]:
        import torch

        with torch.inference_mode():
            logits, state = self._prefill(prompts, prefix)
            if requests[0].choices:
                texts, sizes, sure = self._choose(requests[0].choices, logits, state)
                stops = ["stop"] * len(texts)
            else:
                texts, sizes, stops = self._generate(requests[0], logits, state)
                sure = [None] * len(texts)
        return [
            Completion(
                text=text,
                input_tokens=len(prompt),
                output_tokens=size,
                stop=stop,  # type: ignore[arg-type]
                confidence=confidence,
            )
            for text, prompt, size, stop, confidence in zip(texts, prompts, sizes, stops, sure, strict=True)
        ]

    def _prefill(self, prompts: list[tuple[int, ...]], prefix: tuple[int, ...]) -> tuple[Any, "_State"]:
        """Logits after each prompt, and the state from which to go on. Prompts are padded on the left."""
        import torch

        rests = [p[len(prefix) :] for p in prompts]
        width = max(map(len, rests))
        ids = torch.zeros((len(rests), width), dtype=torch.long)
        mask = torch.zeros((len(rests), len(prefix) + width), dtype=torch.long)
        mask[:, : len(prefix)] = 1
        for row, rest in enumerate(rests):
            ids[row, width - len(rest) :] = torch.tensor(rest)
            mask[row, len(prefix) + width - len(rest) :] = 1
        mask = mask.to(self.device)
        positions = (mask.cumsum(dim=1) - 1).clamp(min=0)[:, len(prefix) :]
        state = _State(self._cache_of(prefix, len(rests)), mask)
        return self._forward(ids.to(self.device), positions, state), state

    def _forward(self, ids: Any, positions: Any, state: "_State") -> Any:
        out = self.model(
            input_ids=ids,
            attention_mask=state.mask,
            position_ids=positions,
            past_key_values=state.cache,
            use_cache=True,
            logits_to_keep=1,
        )
        state.cache = out.past_key_values
        return out.logits[:, -1].float()

    def _cache_of(self, prefix: tuple[int, ...], rows: int) -> Any:
        """Keys and values of `prefix` for `rows` rows: computed once, copied for each batch."""
        import copy

        import torch
        from transformers.cache_utils import DynamicCache

        if not prefix:
            return DynamicCache(config=self.model.config)
        if prefix not in self.prefixes:
            if len(self.prefixes) >= 8:
                self.prefixes.pop(next(iter(self.prefixes)))
            cache = DynamicCache(config=self.model.config)
            ids = torch.tensor([prefix], device=self.device)
            self.model(input_ids=ids, past_key_values=cache, use_cache=True, logits_to_keep=1)
            self.prefixes[prefix] = cache
        cache = copy.deepcopy(self.prefixes[prefix])
        cache.batch_repeat_interleave(rows)
        return cache

    def _choose(
        self, choices: tuple[str, ...], logits: Any, state: "_State"
    ) -> tuple[list[str], list[int], list[float | None]]:
        """Greedy along the trie: at each branch the likeliest permitted token; a single way costs no pass."""
        import torch

        if choices not in self.tries:
            end = [self.tokenizer.eos_token_id]
            self.tries[choices] = TokenTrie(
                [self.tokenizer(c, add_special_tokens=False)["input_ids"] + end for c in choices]
            )
        trie = self.tries[choices]
        rows = logits.shape[0]
        paths: list[list[int]] = [[] for _ in range(rows)]
        sure = [1.0] * rows
        while True:
            fresh: list[list[int]] = []
            for row in range(rows):
                added: list[int] = []
                if trie.leaf(paths[row]) is None:
                    permitted = trie.next(paths[row])
                    odds = torch.softmax(logits[row, permitted], dim=0)
                    best = int(odds.argmax())
                    sure[row] *= float(odds[best])
                    added = [permitted[best], *trie.forced([*paths[row], permitted[best]])]
                paths[row] += added
                fresh.append(added if trie.leaf(paths[row]) is None else [])
            if not any(fresh):
                break
            logits = self._advance(fresh, logits, state)
        chosen = [trie.leaf(path) for path in paths]
        return [choices[c] for c in chosen if c is not None], [len(p) for p in paths], list(sure)

    def _advance(self, fresh: list[list[int]], logits: Any, state: "_State") -> Any:
        """Feeds each row's new tokens (none for a row that is done), padded on the left."""
        import torch

        width = max(map(len, fresh))
        ids = torch.zeros((len(fresh), width), dtype=torch.long)
        mask = torch.zeros((len(fresh), width), dtype=torch.long)
        for row, added in enumerate(fresh):
            if added:
                ids[row, width - len(added) :] = torch.tensor(added)
                mask[row, width - len(added) :] = 1
        state.mask = torch.cat([state.mask, mask.to(self.device)], dim=1)
        positions = (state.mask.cumsum(dim=1) - 1).clamp(min=0)[:, -width:]
        stepped = self._forward(ids.to(self.device), positions, state)
        busy = torch.tensor([bool(added) for added in fresh], device=self.device)
        return torch.where(busy[:, None], stepped, logits)

    def _generate(self, request: Request, logits: Any, state: "_State") -> tuple[list[str], list[int], list[str]]:
        """Free text: greedy at temperature 0, else sampled with the request's repeat number as seed."""
        import torch

        rows = logits.shape[0]
        ends = {self.tokenizer.eos_token_id, self.model.config.eos_token_id}
        draw = torch.Generator(device=self.device).manual_seed(request.repeat)
        said: list[list[int]] = [[] for _ in range(rows)]
        done = [False] * rows
        for _ in range(request.max_tokens):
            if request.temperature:
                odds = torch.softmax(logits / request.temperature, dim=-1)
                tokens = torch.multinomial(odds, 1, generator=draw)[:, 0].tolist()
            else:
                tokens = logits.argmax(dim=-1).tolist()
            for row, token in enumerate(tokens):
                done[row] = done[row] or token in ends
                if not done[row]:
                    said[row].append(token)
            if all(done):
                break
            logits = self._advance([[] if d else [s[-1]] for d, s in zip(done, said, strict=True)], logits, state)
        texts = [self.tokenizer.decode(s, skip_special_tokens=True).strip() for s in said]
        return texts, [len(s) for s in said], ["stop" if d else "length" for d in done]


@dataclass
class _State:
    """Keys and values so far, and which positions of each row are real."""

    cache: Any
    mask: Any


def _batches(rows: list[int], prompts: list[tuple[int, ...]], prefix: int) -> list[list[int]]:
    """Rows of similar length together, each batch within the token budget."""
    ordered = sorted(rows, key=lambda i: len(prompts[i]))
    batches: list[list[int]] = []
    for i in ordered:
        width = len(prompts[i]) - prefix
        batch = batches[-1] if batches else []
        if not batch or len(batch) >= ROWS_IN_A_BATCH or (len(batch) + 1) * width > TOKENS_IN_A_BATCH:
            batch = []
            batches.append(batch)
        batch.append(i)
    return batches
