"""The shipped data keep what their card promises."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import pytest
from near import near_duplicates
from threadpoolctl import threadpool_limits

from harness.project import bundled
from harness.task import Task, load_task
from harness.types import Item

RUN = 8


@pytest.fixture(scope="module")
def task() -> Task:
    return load_task(bundled() / "tasks/document_routing")


@pytest.fixture(scope="module")
def everything(task: Task) -> list[Item]:
    return [*task.train, *task.test]


def test_there_are_720_and_480_documents_of_twelve_labels_in_equal_numbers(task: Task) -> None:
    assert len(task.kind.choices or ()) == 12
    assert Counter(item.target for item in task.train) == dict.fromkeys(task.kind.choices or (), 60)
    assert Counter(item.target for item in task.test) == dict.fromkeys(task.kind.choices or (), 40)


def test_ids_and_texts_differ(everything: list[Item]) -> None:
    assert len({item.id for item in everything}) == len({item.input for item in everything}) == 1200


def test_every_document_has_40_to_120_words_and_a_sender(everything: list[Item]) -> None:
    outside = {item.id: n for item in everything if not 40 <= (n := len(item.input.split())) <= 120}
    assert outside == {}
    assert all(item.group for item in everything)
    assert len({item.group for item in everything}) >= 8


def test_the_check_for_near_duplicates_finds_one() -> None:
    text = "The goods of our order 4711 arrived on Monday and two of the boxes were open."
    assert near_duplicates([text, text.replace("4711", "4712"), "Something else entirely, with other words."]) == [
        (0, 1)
    ]


def test_near_duplicates_are_under_1_percent_and_none_between_train_and_test(
    task: Task, everything: list[Item]
) -> None:
    pairs = near_duplicates([item.input for item in everything])
    involved = {i for pair in pairs for i in pair}
    assert len(involved) < 0.01 * len(everything)
    cut = len(task.train)
    assert not [(everything[i].id, everything[j].id) for i, j in pairs if i < cut <= j]


def masked(text: str, common: set[str]) -> list[str]:
    """The words, with 0 in place of what has a digit and N in place of names."""
    return [
        "0" if any(c.isdigit() for c in word) else word.lower() if word.islower() or word.lower() in common else "N"
        for word in re.findall(r"\w+", text)
    ]


def runs(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for i in range(len(words) - RUN + 1):
        run = tuple(words[i : i + RUN])
        # Eight numbers and names in a row are a table, not a phrase.
        if sum(word not in "0N" for word in run) >= RUN // 2:
            yield run


def test_no_run_of_8_words_is_in_over_1_percent_of_the_documents(everything: list[Item]) -> None:
    # A word that is somewhere written small is no name.
    common = {word for item in everything for word in re.findall(r"[^\W\d_]+", item.input) if word.islower()}
    documents: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for item in everything:
        for run in runs(masked(item.input, common)):
            documents[run].add(item.id)
    often = {" ".join(run): len(found) for run, found in documents.items() if len(found) > 0.01 * len(everything)}
    assert often == {}


def test_no_label_stands_alone_with_one_sender(everything: list[Item]) -> None:
    senders = defaultdict(set)
    for item in everything:
        senders[item.target].add(item.group)
    assert min(map(len, senders.values())) >= 8


def test_the_label_of_another_kind_of_document_is_often_named(task: Task) -> None:
    """Keywords mislead: that is what makes the task worth having."""
    named = sum(
        any(label in item.input.lower() for label in task.kind.choices or () if label != item.target)
        for item in task.test
    )
    assert named > 0.15 * len(task.test)


def test_the_bar_and_margin_are_written_down(task: Task) -> None:
    bound = task.requirement.bounds["accuracy"]
    assert (bound.at_least, task.requirement.margin) == (0.90, 0.03)


def test_keywords_do_worse_than_learnt_words_and_those_leave_room(tmp_path_factory: pytest.TempPathFactory) -> None:
    from harness import open_project
    from harness.run.options import Options

    root = tmp_path_factory.mktemp("routing")
    (root / "harness.toml").write_text('[candidates.rules]\nadapter = "rules"\n[candidates.tfidf]\nadapter = "tfidf"\n')
    project = open_project(root)
    with threadpool_limits(1):
        project.run("document_routing", options=Options(latency=False))
    board = project.leaderboard("document_routing")
    rules, tfidf = (board[name].metrics["accuracy"].value for name in ("rules", "tfidf"))
    assert rules < tfidf - 0.1
    assert tfidf < 0.93
