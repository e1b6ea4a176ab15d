"""Kind `label`: reading a label out of text, and what a target may be."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from harness.kinds.fault import Fault
from harness.kinds.label import Label

DOCUMENTS = Label(("invoice", "credit note", "request for quotation", "quotation", "order"))


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("invoice", "invoice"),
        (" Invoice.\n", "invoice"),
        ('"credit note"', "credit note"),
        ("**credit_note**", "credit note"),
        ("CREDIT-NOTE", "credit note"),
        ("It is a quotation.", "quotation"),
        ("a request for quotation", "request for quotation"),
        ("quotation, not the same as a request for quotation", None),
        ("Either an invoice or a credit note", None),
        ("invoice? No. Answer: credit note", "credit note"),
        ("Label is: order", "order"),
        ("Answer: I cannot tell. But it says invoice", "invoice"),
        ("The answer: invoice or quotation. Answer: order", "order"),
        ("invoices", None),
        ("reorder", None),
        ("", None),
        ("  \n", None),
        ("I do not know", None),
    ],
)
def test_the_label_that_a_text_states(text: str, label: str | None) -> None:
    assert DOCUMENTS.parse(text) == label


MAIL = Label(("spam", "ham"))


@pytest.mark.parametrize(
    "text",
    [
        "This is not spam.",
        "Answer: not spam",
        "It isn't a spam",
        "It isn\u2019t spam",
        'It\'s not "spam"',
        "I don't think this is spam",
        "It does not look like spam",
        "non-spam",
        "Das ist kein Spam",
        "Das ist nicht wirklich Spam",
        "Ce n'est pas du spam",
        "Spam? No.",
        "It is not spam, it is ham",
    ],
)
def test_a_label_that_is_negated_is_no_answer(text: str) -> None:
    assert MAIL.parse(text) is None
    assert MAIL.fault(text, None) is Fault.FORMAT


@pytest.mark.parametrize(
    "text",
    [
        "No, spam",
        "No. It is spam.",
        "no: spam",
        "not sure\nspam",
        "I am not sure. Spam.",
        "not legitimate but spam",
        "Knot spam",
        "spam - no doubt",
        "The customer did not ask for spam. So: spam",
    ],
)
def test_a_negation_of_something_else_does_not_matter_and_the_last_place_counts(text: str) -> None:
    assert MAIL.parse(text) == "spam"


def test_a_label_may_itself_be_a_negation() -> None:
    assert Label(("relevant", "not relevant")).parse("This is not relevant.") == "not relevant"
    kind = Label(("yes", "no", "not sure"))
    assert [kind.parse(text) for text in ("no", "The answer is no", "I am not sure")] == ["no", "no", "not sure"]


def test_labels_of_the_same_words_are_known_as_they_are_written() -> None:
    kind = Label(("C", "C++", "C#", "+", "-", "Rust"))
    for label in kind.labels:
        assert kind.parse(label) == label
        assert kind.parse(f' "{label}"\n') == label
    assert kind.parse("It is C or so") is None
    assert kind.parse("I take Rust") == "Rust"


def test_letters_may_be_composed_or_not() -> None:
    kind = Label(("caf\u00e9", "th\u00e9"))
    assert kind.parse("a cafe\u0301") == "caf\u00e9"


@given(st.lists(st.text(min_size=1, max_size=12), min_size=2, max_size=6, unique=True), st.data())
def test_a_label_as_it_is_written_is_always_read(labels: list[str], data: st.DataObject) -> None:
    assume(all(label == label.strip() and label == label.strip("\"'`*. \n\t\r") for label in labels))
    kind = Label(tuple(labels))
    label = data.draw(st.sampled_from(labels))
    assert kind.parse(kind.write(label)) == label


@given(st.text(max_size=80))
def test_any_text_is_read_as_a_label_or_as_none(text: str) -> None:
    assert DOCUMENTS.parse(text) in {*DOCUMENTS.labels, None}


def test_a_target_that_is_not_declared_is_refused_with_the_near_miss() -> None:
    with pytest.raises(ValueError, match=re.escape("label 'invoce' is not declared; did you mean 'invoice'?")):
        DOCUMENTS.check("invoce")
    for strange in (None, ["invoice"], {"a": 1}, 3, 2.5):
        with pytest.raises(ValueError, match="is not declared"):
            DOCUMENTS.check(strange)


def test_a_number_is_the_label_that_is_written_so() -> None:
    kind = Label(("0", "1", "True"))
    assert [kind.check(target) for target in (0, 1, "1", True)] == ["0", "1", "1", "True"]


def test_accuracy_and_the_f1_of_classes_are_its_default_metrics() -> None:
    assert DOCUMENTS.default_metrics() == ("accuracy", "macro_f1", "weighted_f1")


def test_the_key_changes_with_the_labels_and_their_order() -> None:
    assert Label(("a", "b")).key() != Label(("b", "a")).key() != Label(("b", "c")).key()
