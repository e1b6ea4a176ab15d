"""From rows to items."""

from typing import Any

import pytest

from harness.data.items import make_items
from harness.data.rows import Row
from harness.errors import DataError
from harness.types import Item


def check(target: Any, _: Any) -> Any:
    if target == "bad":
        raise ValueError("label 'bad' is not declared")
    return target


def items(*cells: dict[str, Any], inputs: tuple[str, ...] = ("text",), group: str | None = None) -> list[Item]:
    rows = [Row("f:", c, n) for n, c in enumerate(cells, 1)]
    return make_items(rows, input_columns=inputs, target_column="label", group_column=group, check=check)


def test_ids_are_taken_from_the_file_or_made_of_the_input_so_that_moving_lines_renames_nothing() -> None:
    one, two = {"text": "x", "label": "a"}, {"text": "y", "label": "a", "id": 7}
    first, second = items(one, two), items(two, one)
    assert {i.id for i in first} == {i.id for i in second}
    assert first[1].id == "7"
    assert first[0].id == items({"text": "x", "label": "other"})[0].id


def test_the_same_input_twice_without_ids_is_two_items() -> None:
    found = items({"text": "x", "label": "a"}, {"text": "x", "label": "a"})
    assert len({i.id for i in found}) == 2


def test_several_input_columns_make_a_mapping() -> None:
    (item,) = items({"a": 1, "b": "x", "label": "y", "c": 3}, inputs=("a", "b"))
    assert item.input == {"a": 1, "b": "x"}


def test_a_group_may_be_empty_for_an_item() -> None:
    cells = (None, 3, "", " ")
    found = items(*({"text": f"x{i}", "label": "a", "g": cell} for i, cell in enumerate(cells)), group="g")
    assert [i.group for i in found] == [None, "3", None, None]


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ([{"text": "x"}], "f:1: no target 'label'"),
        ([{"text": "x", "lable": "a"}], "f:1: no target 'label'; did you mean 'lable'"),
        ([{"text": "x", "label": None}], "f:1: the target 'label' is empty"),
        ([{"text": "x", "label": "a"}, {"text": "x", "label": "bad"}], "f:2: label 'bad' is not declared"),
        ([{"txt": "x", "label": "a"}], "f:1: no input 'text'; did you mean 'txt'"),
        ([{"text": " \n", "label": "a"}], "f:1: the input 'text' is empty"),
        ([{"text": None, "label": "a"}], "f:1: the input 'text' is empty"),
        (
            [{"text": "x", "label": "a", "id": 1}, {"text": "y", "label": "a", "id": "1"}],
            "f:2: the id '1' stands already at f:1",
        ),
        ([{"text": "x", "label": "a", "id": ["1"]}], "f:1: the id must be a text or a number, found list"),
    ],
)
def test_what_is_wrong_is_named_with_its_line_and_the_near_miss(cells: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(DataError, match=message):
        items(*cells)


def test_a_group_column_that_is_not_there_is_named() -> None:
    with pytest.raises(DataError, match="no cell 'sender' \\(group\\); did you mean 'sendr'"):
        items({"text": "x", "label": "a", "sendr": "s"}, group="sender")


def test_hashes_tell_what_was_asked_from_what_is_right() -> None:
    one, other = Item("1", "text", "a"), Item("2", "text", "b")
    assert one.query.hash == other.query.hash
    assert one.hash != other.hash
    assert Item("1", {"a": 1, "b": 2}, "x").hash == Item("9", {"b": 2, "a": 1}, "x", "group").hash


def test_a_target_that_fails_for_its_decimal_comma_names_the_key() -> None:
    def refuse(target: Any, _: Any) -> Any:
        raise ValueError(f"found {target!r}, expected a finite number")

    for target, named in (("66.396,00", True), ("much", False)):
        with pytest.raises(DataError, match="expected a finite number") as error:
            make_items(
                [Row("f:", {"text": "x", "label": target}, 1)],
                input_columns=("text",),
                target_column="label",
                group_column=None,
                check=refuse,
            )
        assert ('decimal = "," under [data]' in str(error.value)) is named
