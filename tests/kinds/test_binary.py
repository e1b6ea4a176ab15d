from pathlib import Path

import pytest

from harness.errors import ConfigError
from harness.kinds.binary import Binary
from harness.kinds.registry import make_kind

KIND = Binary("yes", "no")


def _made(settings, targets=()):
    return make_kind("binary", settings, targets, "task.toml", Path())


@pytest.mark.parametrize(
    ("text", "answer"),
    [("Yes.", "yes"), ("no", "no"), ("Answer: yes", "yes"), ("yes and no", None), ("", None), ("perhaps", None)],
)
def test_a_text_states_one_of_the_two_or_nothing(text, answer):
    assert KIND.parse(text) == answer


def test_targets_may_be_truth_values_or_numbers():
    truth = _made({}, [True, False])
    assert (truth.positive, truth.check(True), truth.check(False)) == ("true", "true", "false")
    digits = _made({}, [1, 0, 1.0])
    assert (digits.positive, digits.check(1.0), digits.check("0")) == ("1", "1", "0")
    with pytest.raises(ValueError, match="neither of the two"):
        digits.check(2)


def test_which_label_is_positive_must_be_clear():
    assert _made({"labels": ("stays", "leaves"), "positive": "leaves"}).negative == "stays"
    assert _made({"labels": ("Yes", "No")}).positive == "Yes"
    with pytest.raises(ConfigError, match=r'positive = "leaves"'):
        _made({"labels": ("stays", "leaves")})
    with pytest.raises(ConfigError, match="positive"):
        _made({"labels": ("stays", "leaves"), "positive": "left"})


@pytest.mark.parametrize("labels", [("a",), ("a", "b", "c"), ("a", "a")])
def test_there_are_exactly_two_labels(labels):
    with pytest.raises(ConfigError, match="exactly 2 labels"):
        _made({"labels": labels, "positive": "a"})


def test_a_setting_of_another_kind_is_refused():
    with pytest.raises(ConfigError, match="types belongs to kind spans"):
        _made({"labels": ("yes", "no"), "types": ("x",)})
