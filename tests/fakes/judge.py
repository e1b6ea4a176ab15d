"""A judge on loopback that judges by rule, so that a test knows what it must say of every answer."""

import json
import random
import re
from collections.abc import Callable
from typing import Any

from aiohttp import web
from fakes.server import FakeServer, openai_answer, openai_error

Rule = Callable[[dict[str, str]], str]


def by_equality(shown: dict[str, str]) -> str:
    """Right where the answer is one of the expected."""
    return "right" if shown["answer"] in shown["expected"].split("\nor: ") else "wrong"


def erring(sensitivity: float, specificity: float) -> Rule:
    """Right as often as that; the same of the same answer."""

    def rule(shown: dict[str, str]) -> str:
        right = by_equality(shown) == "right"
        luck = random.Random(json.dumps(shown)).random()
        return "right" if luck < (sensitivity if right else 1 - specificity) else "wrong"

    return rule


class JudgeServer(FakeServer):
    """Speaks OpenAI's language; what it says of an answer is `rule`'s, and of ragas's prompts what the texts say."""

    def __init__(self, rule: Rule = by_equality, **options: Any) -> None:
        super().__init__(**options)
        self.rule = rule
        self.expected_first = True
        """Whether what it is asked this moment shows the expected answer before the one to judge."""

    async def _openai(self, request: web.Request) -> web.StreamResponse:
        return await self._serve(request, self._judgement, openai_error)

    def _judgement(self, body: dict[str, Any]) -> dict[str, Any]:
        said = openai_answer(body)
        text = said["choices"][0]["message"]
        text["content"] = self.says(body["messages"][1]["content"] if len(body["messages"]) > 1 else "", body)
        return said

    def says(self, user: str, body: dict[str, Any]) -> str:
        first = body["messages"][0]["content"]
        if "JSON Schema:" in first:
            return ragas_answer(first)
        parts = {tag: found(user, tag) for tag in ("question", "expected", "answer")}
        self.expected_first = user.index("<expected>") < user.index("<answer>")
        said = self.rule(parts)
        return json.dumps({"answer": said}) if "response_format" in body else said


def found(text: str, tag: str) -> str:
    return re.search(rf"<{tag}>\n(.*?)\n</{tag}>", text, flags=re.DOTALL)[1]


def sentences(text: str) -> list[str]:
    return [part.strip().rstrip(".") for part in text.split(". ") if part.strip()]


def ragas_answer(prompt: str) -> str:
    """What follows from the texts themselves: a statement holds where it stands word by word."""
    schema = json.JSONDecoder().raw_decode(prompt[prompt.index("JSON Schema:") + len("JSON Schema:") :].lstrip())[0]
    given = json.JSONDecoder().raw_decode(prompt[prompt.rindex("input: ") + len("input: ") :])[0]
    return json.dumps(_RAGAS[schema["title"]](given))


def _classified(given: dict[str, Any]) -> dict[str, Any]:
    ours, theirs = given["answer"], given["ground_truth"]
    kinds = {
        "TP": [s for s in ours if s in theirs],
        "FP": [s for s in ours if s not in theirs],
        "FN": [s for s in theirs if s not in ours],
    }
    return {kind: [{"statement": s, "reason": "it says so"} for s in found] for kind, found in kinds.items()}


_RAGAS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "StatementGeneratorOutput": lambda given: {"statements": sentences(given["answer"])},
    "NLIStatementOutput": lambda given: {
        "statements": [
            {"statement": s, "reason": "read", "verdict": int(s in given["context"])} for s in given["statements"]
        ]
    },
    "ClassificationWithReason": _classified,
    "ContextPrecisionOutput": lambda given: {"reason": "read", "verdict": int(given["answer"] in given["context"])},
    "ContextRecallOutput": lambda given: {
        "classifications": [
            {"statement": s, "reason": "read", "attributed": int(s in given["context"])}
            for s in sentences(given["answer"])
        ]
    },
    "AnswerRelevanceOutput": lambda given: {
        "question": f"What of {given['response']}?",
        "noncommittal": int("not know" in given["response"]),
    },
}
