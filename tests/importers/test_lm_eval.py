import json
from pathlib import Path
from typing import Any

import pytest

from harness.errors import DataError, UnknownNameError
from harness.importers.lm_eval import read_lm_eval

FILES = Path(__file__).parent / "files" / "lm_eval"


def sample(number: int, filter_name: str = "none", **metrics: float) -> dict[str, Any]:
    """As lm_eval 0.4 writes it."""
    return {
        "doc_id": number,
        "doc": {"question": f"q{number}"},
        "target": "7",
        "arguments": {"gen_args_0": {"arg_0": "q", "arg_1": {"until": ["\n"]}}},
        "resps": [["The answer is 7."]],
        "filtered_resps": ["7"],
        "filter": filter_name,
        "metrics": list(metrics),
        "doc_hash": f"d{number}" * 8,
        "prompt_hash": "p" * 64,
        "target_hash": "t" * 64,
        **metrics,
    }


def write(folder: Path, samples: list[dict[str, Any]]) -> Path:
    path = folder / "EleutherAI__pythia-70m" / "samples_gsm8k_2024-07-01T12-00-00.123456.jsonl"
    path.parent.mkdir()
    path.write_text("".join(json.dumps(s) + "\n" for s in samples))
    return path


def the_file(model: str, task: str) -> Path:
    (path,) = (FILES / model).glob(f"samples_{task}_*.jsonl")
    return path


@pytest.mark.parametrize(
    ("model", "name", "score"),
    [("big", "strict", 0.75), ("small", "strict", 8 / 12), ("big", "first-letter", 0.0)],
)
def test_a_file_of_lm_eval_gives_the_figure_that_lm_eval_reports(model: str, name: str, score: float) -> None:
    (found,) = read_lm_eval(the_file(model, "words"), filter_name=name)
    assert found.name == f"words-{model}"
    assert len(found.lines) == 12
    assert sum(line["score"] for line in found.lines) / 12 == pytest.approx(score)


def test_a_file_of_lm_eval_keeps_the_answer_that_its_filter_read_out() -> None:
    first = [
        read_lm_eval(the_file("big", "words"), filter_name=name)[0].lines[0]["answer"]
        for name in ("strict", "first-letter")
    ]
    assert first == ["zebra", "z"]


def test_both_models_of_lm_eval_have_the_same_items() -> None:
    a, b = (read_lm_eval(the_file(model, "words"), filter_name="strict")[0].lines for model in ("big", "small"))
    assert [(line["id"], line["hash"]) for line in a] == [(line["id"], line["hash"]) for line in b]


def test_multiple_choice_of_lm_eval_gives_its_accuracy_and_no_answers() -> None:
    lines = read_lm_eval(the_file("dummy", "mc"), metric="acc")[0].lines
    assert sum(line["score"] for line in lines) / 12 == 0.25
    assert not any("answer" in line for line in lines)


def test_a_task_of_lm_eval_without_a_figure_for_each_item_says_so() -> None:
    with pytest.raises(DataError, match=r"each item a number: word_perplexity, bits_per_byte\."):
        read_lm_eval(the_file("dummy", "ppl"))


def test_samples_become_a_recording_named_by_task_and_model(tmp_path: Path) -> None:
    (found,) = read_lm_eval(write(tmp_path, [sample(0, exact_match=1.0), sample(1, exact_match=0.0)]))
    assert found.name == "gsm8k-EleutherAI__pythia-70m"
    assert found.lines[0] == {"id": "0", "score": 1.0, "answer": "7", "target": "7", "hash": "d0" * 8}
    assert found.lines[1]["score"] == 0.0


def test_one_of_several_metrics_must_be_chosen(tmp_path: Path) -> None:
    path = write(tmp_path, [sample(0, acc=1.0, acc_norm=0.0)])
    with pytest.raises(DataError, match=r"acc, acc_norm.*--metric"):
        read_lm_eval(path)
    assert read_lm_eval(path, metric="acc_norm")[0].lines[0]["score"] == 0.0
    with pytest.raises(UnknownNameError, match="acc_norm"):
        read_lm_eval(path, metric="acc_nrm")


def test_one_of_several_filters_must_be_chosen(tmp_path: Path) -> None:
    both = [sample(0, "strict-match", exact_match=0.0), sample(0, "flexible-extract", exact_match=1.0)]
    path = write(tmp_path, both)
    with pytest.raises(DataError, match=r"strict-match, flexible-extract.*--filter"):
        read_lm_eval(path)
    (found,) = read_lm_eval(path, filter_name="flexible-extract")
    assert [line["score"] for line in found.lines] == [1.0]


def test_log_likelihoods_of_multiple_choice_are_no_answer(tmp_path: Path) -> None:
    choice = {**sample(0, acc=1.0), "filtered_resps": [[-1.5, False], [-0.2, True]]}
    assert "answer" not in read_lm_eval(write(tmp_path, [choice]))[0].lines[0]


def test_a_file_before_metrics_were_listed_is_read_too(tmp_path: Path) -> None:
    old = sample(0, acc=1.0)
    del old["metrics"], old["filter"], old["doc_hash"]
    assert read_lm_eval(write(tmp_path, [old]))[0].lines[0]["score"] == 1.0


def test_another_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no samples file"):
        read_lm_eval(write(tmp_path, [{"id": 1}]))
