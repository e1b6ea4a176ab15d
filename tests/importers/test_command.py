"""`harness import` and `harness compare` on files that the tools wrote."""

import json
from pathlib import Path

FILES = Path(__file__).parent / "files"


def test_two_logs_of_inspect_are_imported_and_compared(lab) -> None:
    logs = [str(FILES / "inspect" / f"colours-{model}.eval") for model in ("big", "small")]
    ended = lab.cli("import", "inspect", *logs, "--metric", "match")
    a, b = (f"recordings/colours-openai-api_fake_{model}.jsonl" for model in ("big", "small"))
    assert ended.out.splitlines() == [f"{path}: 16 lines, 2 with an error" for path in (a, b)]
    found = json.loads(lab.cli("compare", a, b, "--json").out)
    # Of 8 samples 1 broke: Inspect reports 5 and 3 of the 7 others.
    assert (found["n"], found["difference"]["difference"]) == (8, 2 / 8)


def test_two_files_of_lm_eval_are_imported_and_compared(lab) -> None:
    files = [str(next((FILES / "lm_eval" / model).glob("samples_words_*"))) for model in ("big", "small")]
    lab.cli("import", "lm-eval", *files, "--filter", "strict")
    found = json.loads(lab.cli("compare", "recordings/words-big.jsonl", "recordings/words-small.jsonl", "--json").out)
    assert [one["value"] for one in found["estimates"]] == [9 / 12, 8 / 12]


def test_two_columns_of_promptfoo_are_imported_and_compared(lab) -> None:
    lab.cli("import", "promptfoo", str(FILES / "promptfoo" / "colours.json"))
    a, b = (f"recordings/colours-openai_chat_{name}-prompt2.jsonl" for name in ("big", "gpt-4o-mini"))
    found = json.loads(lab.cli("compare", a, b, "--json").out)
    assert [one["value"] for one in found["estimates"]] == [4 / 5, 0]
    assert found["failed"] == [1, 1]
