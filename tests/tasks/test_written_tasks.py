"""The tasks that were written for the project keep what their cards promise."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from functools import cache

import pytest
from near import near_duplicates

from harness.project import bundled
from harness.task import Task, load_task
from harness.types import Item

NAMES = ("payment_extraction", "service_reports", "equipment_support")


@cache
def task(name: str) -> Task:
    return load_task(bundled() / "tasks" / name)


def everything(name: str) -> list[Item]:
    return [*task(name).train, *task(name).test]


def flat(text: str) -> str:
    """Without white space and punctuation, in capitals."""
    return re.sub(r"[\s.\-/]", "", text).upper()


@pytest.mark.parametrize(
    ("name", "train", "test", "groups"),
    [("payment_extraction", 432, 216, 24), ("service_reports", 224, 112, 16), ("equipment_support", 126, 126, 40)],
)
def test_there_are_as_many_items_and_groups_as_the_card_says(name: str, train: int, test: int, groups: int) -> None:
    loaded = task(name)
    assert (len(loaded.train), len(loaded.test)) == (train, test)
    assert len({item.group for item in loaded.test}) >= groups
    assert str(test) in (loaded.folder / "README.md").read_text()


@pytest.mark.parametrize("name", NAMES)
def test_near_duplicates_are_under_1_percent_and_none_between_train_and_test(name: str) -> None:
    items, cut = everything(name), len(task(name).train)
    pairs = near_duplicates([item.input for item in items])
    assert len({i for pair in pairs for i in pair}) < 0.01 * len(items)
    assert not [(items[i].id, items[j].id) for i, j in pairs if i < cut <= j]


def test_names_references_and_accounts_of_a_payment_stand_in_its_text() -> None:
    for item in everything("payment_extraction"):
        text = " ".join(item.input.split())
        for field in ("beneficiary", "payer", "reference"):
            assert " ".join(item.target.get(field, "").split()) in text, (item.id, field)
        for field in ("account", "bank_code"):
            assert item.target.get(field, "") in flat(item.input), (item.id, field)
        assert item.target.get("urgent") is not False, item.id


def test_each_optional_field_of_a_payment_is_neither_rare_nor_the_rule() -> None:
    items = everything("payment_extraction")
    counts = Counter(field for item in items for field in item.target)
    optional = ("bank_code", "payer", "execution_date", "reference", "charges", "urgent")
    assert all(0.08 < counts[field] / len(items) < 0.6 for field in optional), counts


def test_each_type_of_span_occurs_often_enough_to_be_scored_and_some_notes_have_none() -> None:
    counts = Counter(span[2] for item in task("service_reports").test for span in item.target)
    assert set(counts) == {"part", "fault", "action", "duration"}
    assert min(counts.values()) >= 50
    assert any(not item.target for item in task("service_reports").test)


def test_spans_have_no_white_space_at_their_edges() -> None:
    for item in everything("service_reports"):
        for start, end, _ in item.target:
            assert item.input[start:end] == item.input[start:end].strip(), item.id


def answers(target: str | Sequence[str]) -> list[str]:
    return [target] if isinstance(target, str) else list(target)


def test_a_question_has_gold_pages_just_where_the_documents_answer_it() -> None:
    loaded = task("equipment_support")
    pages = {passage.id for passage in loaded.corpus}
    assert len(pages) == 44
    for item in [*loaded.train, *loaded.test]:
        assert bool(item.gold) == (answers(item.target) != ["not in the documents"]), item.id
        assert set(item.gold) <= pages
    assert Counter(len(item.gold) for item in loaded.test) == {1: 86, 2: 16, 0: 24}


def test_the_answer_to_a_question_of_one_page_stands_in_it() -> None:
    def words(text: str) -> str:
        return re.sub(r"[^a-z0-9.]+", " ", text.lower()).strip()

    loaded = task("equipment_support")
    pages = {passage.id: words(passage.text) for passage in loaded.corpus}
    single = [item for item in [*loaded.train, *loaded.test] if len(item.gold) == 1]
    missing = [
        item.id
        for item in single
        if not any(words(answer) in pages[item.gold[0]] for answer in answers(item.target))
        and not any(re.match(r"(yes|no)\b", answer.lower()) for answer in answers(item.target))
    ]
    assert missing == []


def test_the_second_edition_replaces_pages_of_the_first_and_changes_some_answers() -> None:
    folder = task("equipment_support").folder
    for page in (folder / "corpus-2").iterdir():
        assert page.read_text() != (folder / "corpus" / page.name).read_text()
    for part in ("train", "test"):
        rows = [json.loads(line) for line in (folder / f"{part}.jsonl").read_text().splitlines()]
        changed = [row for row in rows if "answer_2" in row]
        assert len(changed) == 14
        for row in changed:
            assert row["answer_2"] not in answers(row["answer"])
            assert any((folder / "corpus-2" / page).is_file() for page in row["gold"])
