"""The small language model itself, loaded once for the file."""

import asyncio
from collections.abc import Iterator

import pytest

from harness.models.api import Completion, Message, ModelError, Request
from harness.models.local import LocalModel

pytestmark = pytest.mark.slow
LABELS = ("invoice", "credit note", "purchase order", "order confirmation", "payment reminder")
SYSTEM = "Sort business documents. Answer with one of: " + "; ".join(LABELS)
TEXTS = (
    "Please pay 120 EUR for the goods that we supplied on 3 May.",
    "We order ten boxes of gloves at the price agreed.",
    "Thank you for your order of 7 June. We will deliver next week, as you asked, to the warehouse in Leeds, by lorry.",
    "Your payment of 80 EUR, due on 1 March, has still not reached us.",
)


@pytest.fixture(scope="module")
def model() -> LocalModel:
    return LocalModel("smollm2-135m-instruct")


def ask(model: LocalModel, *requests: Request) -> list[Completion]:
    async def all_at_once() -> list[Completion]:
        return await asyncio.gather(*(model.complete(r) for r in requests))

    return asyncio.run(all_at_once())


def chosen(text: str, choices: tuple[str, ...] | None = LABELS, **more: object) -> Request:
    messages = (Message("system", SYSTEM), Message("user", text))
    return Request(messages, choices=choices, **more)  # type: ignore[arg-type]


def test_nothing_but_a_permitted_answer_can_be_said(model: LocalModel) -> None:
    odd = tuple(f"{word}_{n}" for n in range(20) for word in ("zebra", "card arrival", "card"))
    answers = ask(model, *(chosen(text, odd) for text in TEXTS))
    assert all(a.text in odd for a in answers)
    assert all(0 < (a.confidence or 0) <= 1 for a in answers)


def test_a_batch_answers_as_one_at_a_time_does(model: LocalModel) -> None:
    requests = [chosen(text) for text in TEXTS]
    together = ask(model, *requests)
    alone = [ask(model, request)[0] for request in requests]
    assert [a.text for a in together] == [a.text for a in alone]
    # Confidences differ by the rounding of bfloat16 only.
    for a, b in zip(together, alone, strict=True):
        assert a.confidence == pytest.approx(b.confidence, abs=0.05)
        assert (a.input_tokens, a.output_tokens) == (b.input_tokens, b.output_tokens)


def test_free_text_agrees_with_the_library_s_own_generation(model: LocalModel) -> None:
    request = Request((Message("user", "Name the capital of France in one short sentence."),), max_tokens=24)
    (ours,) = ask(model, request)
    engine = model._engine
    assert engine is not None
    ids = engine.tokenizer.apply_chat_template(
        [{"role": "user", "content": request.messages[0].content}],
        add_generation_prompt=True,
        return_tensors="pt",
        return_dict=True,
    )
    out = engine.model.generate(**ids, max_new_tokens=24, do_sample=False)
    theirs = engine.tokenizer.decode(out[0, ids["input_ids"].shape[1] :], skip_special_tokens=True).strip()
    assert ours.text == theirs
    assert "Paris" in ours.text
    assert ours.input_tokens == ids["input_ids"].shape[1]


def test_an_answer_cut_off_by_the_limit_says_so(model: LocalModel) -> None:
    (answer,) = ask(model, Request((Message("user", "Tell a long story about a ship."),), max_tokens=5))
    assert answer.stop == "length"
    assert answer.output_tokens == 5


def test_a_prompt_that_is_too_long_fails_alone(model: LocalModel) -> None:
    async def both() -> list[Completion | BaseException]:
        long = Request((Message("user", "word " * 9000),), max_tokens=4)
        return await asyncio.gather(model.complete(long), model.complete(chosen(TEXTS[0])), return_exceptions=True)

    too_long, fine = asyncio.run(both())
    assert isinstance(too_long, ModelError)
    assert too_long.kind == "PromptTooLong"
    assert isinstance(fine, Completion)


def test_a_repeat_of_a_sampled_answer_has_its_own_seed(model: LocalModel) -> None:
    def story(repeat: int) -> Request:
        message = (Message("user", "Invent a name for a ship."),)
        return Request(message, max_tokens=12, temperature=1.5, repeat=repeat)

    first, again, other = (ask(model, story(r))[0].text for r in (0, 0, 1))
    assert first == again
    assert first != other


@pytest.fixture(scope="module", autouse=True)
def _closed(model: LocalModel) -> Iterator[None]:
    yield
    asyncio.run(model.close())
