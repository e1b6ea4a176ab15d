import pytest

from harness.kinds.text import Text

KIND = Text()


@pytest.mark.parametrize(
    ("text", "answer"),
    [("  the valve \n", "the valve"), ("Answer: 3 bar", "3 bar"), ("The answer is: no", "no"), ("  ", None)],
)
def test_the_answer_is_the_text_without_what_leads_up_to_it(text, answer):
    assert KIND.parse(text) == answer


def test_a_target_is_one_text_or_several():
    assert KIND.check(" 3 bar ") == "3 bar"
    assert KIND.check(3) == "3"
    assert KIND.check(["3 bar", "3.0 bar", "3 bar"]) == ["3 bar", "3.0 bar"]
    assert KIND.write(["3 bar", "3.0 bar"]) == "3 bar"


def test_an_answer_is_one_text_though_of_a_target_any_of_several_may_do():
    assert KIND.accept([" 3 bar "]) == KIND.accept("3 bar") == "3 bar"
    with pytest.raises(ValueError, match="found 2 texts, an answer is one"):
        KIND.accept(["3 bar", "4 bar"])


@pytest.mark.parametrize("target", [[], {"a": 1}, [["x"]]])
def test_a_target_of_another_form_is_refused(target):
    with pytest.raises(ValueError, match="expected a text or a list"):
        KIND.check(target)


@pytest.mark.parametrize("target", ["", "  ", ["a", ""]])
def test_an_empty_target_is_refused_with_what_to_do(target):
    with pytest.raises(ValueError, match="no_answer"):
        KIND.check(target)


def test_no_answer_is_permitted_where_the_task_says_how_to_say_it():
    kind = Text("not in the documents")
    assert '"not in the documents"' in kind.ask()
    assert "not in" not in KIND.ask()
    assert kind.key() != KIND.key()
    assert kind.metric("exact_match").score("not in the documents", "Not in the documents.") == 1
