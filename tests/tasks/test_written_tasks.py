"""The tasks that were written for the project keep what their cards promise."""

import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from functools import cache
from typing import Any

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
            assert set(row["answer_2"]).isdisjoint(answers(row["answer"]))
            assert len(row["answer_2"]) >= len(answers(row["answer"])), "as many wordings are right as before"
            assert any((folder / "corpus-2" / page).is_file() for page in row["gold"])


PREMISES = {
    "train-0007": ["gross stack 4.4 m³", "Timber volume | 3.8 m³"],
    "train-0089": ["two strokes of grease G2", "gives 0.8 g"],
    "train-0106": ["thermostat opens at 84 °C", "Thermal cut-out | 79 °C"],
    "test-0086": ["one stroke per nipple, eight nipples", "gives 0.8 g"],
    "test-0106": ["boards up to 4.2 m long", "boards no longer than 5.1 m"],
    "test-0113": ["ware together 4,500 kg", "load: 4,200 kg"],
}
"""What an answer that stands in no page is worked out from, by question."""


@cache
def editions() -> tuple[dict[str, str], dict[str, str]]:
    """The pages of the first edition, and of the second."""
    loaded = task("equipment_support")
    assert loaded.update is not None
    return {p.id: p.text for p in loaded.corpus}, {p.id: p.text for p in loaded.update.corpus}


def statements(text: str) -> list[str]:
    """Sentences, and their parts between colons and semicolons; rows of tables; items of lists."""
    return [part.strip() for part in re.split(r"\n|(?<=[.;:])\s+", text) if re.search(r"\w", part)]


def figures(text: str) -> list[str]:
    return re.findall(r"\d[\w./-]*\w|\d", text)


def gone(before: list[str], after: list[str]) -> int:
    """How many of them are not found again in their order."""
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    return len(before) - sum(block.size for block in blocks)


def times(answer: str, text: str) -> int:
    """How often an answer stands in a text, as whole words."""
    want, words = (re.findall(r"[a-z0-9]+(?:[.,][0-9]+)*", part.lower()) for part in (answer, text))
    return sum(words[i : i + len(want)] == want for i in range(len(words)))


def rows(part: str) -> list[dict[str, Any]]:
    folder = task("equipment_support").folder
    return [json.loads(line) for line in (folder / f"{part}.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("split", [statements, figures])
def test_a_tenth_of_what_the_first_edition_says_is_said_otherwise_in_the_second(
    split: Callable[[str], list[str]],
) -> None:
    one, two = editions()
    assert one.keys() == two.keys()
    changed = sum(gone(split(one[page]), split(two[page])) for page in one)
    assert 0.09 < changed / sum(len(split(text)) for text in one.values()) < 0.11


def test_as_many_pages_change_as_the_card_says() -> None:
    one, two = editions()
    changed = sum(one[page] != two[page] for page in one)
    assert f"on {changed} of the {len(one)} pages" in (task("equipment_support").folder / "README.md").read_text()


@pytest.mark.parametrize("part", ["train", "test"])
def test_an_answer_that_does_not_change_stands_as_often_in_its_pages_in_the_second_edition(part: str) -> None:
    for row in rows(part):
        if "answer_2" in row or not row["gold"]:
            continue
        before, after = ("\n".join(pages[page] for page in row["gold"]) for pages in editions())
        stands = {answer: (times(answer, before), times(answer, after)) for answer in answers(row["answer"])}
        assert all(old == new for old, new in stands.values()), (row["id"], stands)
        premises = PREMISES.get(row["id"], [])
        assert all(text in before and text in after for text in premises), row["id"]
        assert premises or any(old for old, _ in stands.values()), row["id"]


@pytest.mark.parametrize("part", ["train", "test"])
def test_an_answer_that_changes_has_left_its_page_once_and_the_new_one_has_come(part: str) -> None:
    for row in rows(part):
        if "answer_2" in row:
            before, after = ("\n".join(pages[page] for page in row["gold"]) for pages in editions())
            fewer = [times(answer, before) - times(answer, after) for answer in answers(row["answer"])]
            assert 1 in fewer, row["id"]
            more = [times(answer, after) - times(answer, before) for answer in row["answer_2"]]
            assert 1 in more, row["id"]


@pytest.mark.parametrize(
    ("pages", "old", "new"),
    [
        (["cw110-error-codes.md", "tm5-conveyor-module.md"], "plug X9", "plug X10"),
        (["vk400s-error-codes.md", "vk400s-operating-range.md"], "3.2", "3.4"),
        (["vk440-alarms.md", "vk440-specifications.md"], "32 °C", "34 °C"),
        (["vk440-shut-down.md"], "purge for 15 minutes", "purge for 20 minutes"),
        (["vk600-vk600d-charging.md", "vk-family-safety-transport-warranty.md"], "35 °C", "32 °C"),
        (["vk600d-technical-data.md"], "heating: 10 °C/h", "heating: 9 °C/h"),
        (["vk400-vk400s-start-up.md"], "6 °C per hour", "5 °C per hour"),
        (["vkc2-controller-set-up.md"], "rate limit, °C/h | 6 | 8 | 10", "rate limit, °C/h | 5 | 8 | 9"),
        (["vkc2-controller-set-up.md"], "after-run, minutes | 30 | 15 | 20", "after-run, minutes | 30 | 20 | 20"),
    ],
)
def test_what_two_pages_state_is_changed_on_both(pages: list[str], old: str, new: str) -> None:
    one, two = editions()
    for page in pages:
        assert old in one[page]
        assert new not in one[page]
        assert old not in two[page]
        assert new in two[page]
