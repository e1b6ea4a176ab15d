from pathlib import Path

import pytest

from harness.data.measured import Measured
from harness.data.recording import number, read_recording
from harness.errors import DataError


def recording(folder: Path, text: str, name: str = "r.csv") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_lines_have_id_seed_and_place(tmp_path: Path) -> None:
    (line,) = read_recording(recording(tmp_path, '{"id": 7, "seed": 3, "score": 1}\n', "r.jsonl"))
    assert (line.id, line.seed) == ("7", 3)
    assert line.where.endswith("r.jsonl:1")


@pytest.mark.parametrize(("cell", "value"), [("", None), ("0.5", 0.5), ("true", 1.0), ("False", 0.0), ("-3", -3.0)])
def test_cells_of_a_csv_are_read_as_numbers(tmp_path: Path, cell: str, value: float | None) -> None:
    (line,) = read_recording(recording(tmp_path, f"id,score\na,{cell}\n"))
    assert number(line, "score") == value
    assert number(line, "absent") is None


@pytest.mark.parametrize("cell", ["yes", "inf", "nan"])
def test_what_is_no_finite_number_is_refused_with_its_line(tmp_path: Path, cell: str) -> None:
    (line,) = read_recording(recording(tmp_path, f"id,score\na,{cell}\n"))
    with pytest.raises(DataError, match=r"r\.csv:2: score"):
        number(line, "score")


def test_many_items_twice_are_named_in_part(tmp_path: Path) -> None:
    text = "id,score\n" + "".join(f"i{k},1\n" for k in range(8)) * 2
    with pytest.raises(DataError, match="8 items are recorded more than once: 'i0', 'i1', 'i2', 'i3', 'i4' and 3 more"):
        read_recording(recording(tmp_path, text))


def test_a_seed_that_is_no_whole_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="seed: found 'first'"):
        read_recording(recording(tmp_path, "id,seed\na,first\n"))


@pytest.mark.parametrize("column", ["seconds", "cost_usd"])
@pytest.mark.parametrize("cell", ["-5", "nan", "inf", "abc", "true", "1e300"])
def test_a_time_or_a_price_that_cannot_be_is_refused_with_its_line(tmp_path: Path, column: str, cell: str) -> None:
    with pytest.raises(DataError, match=rf"r\.csv:3: {column}: found '{cell}', expected a number from 0 to"):
        read_recording(recording(tmp_path, f"id,{column}\na,1.5\nb,{cell}\n"))


@pytest.mark.parametrize(
    ("usage", "message"),
    [
        ('{"input_tokens": -10}', "input_tokens: found -10, expected a whole number"),
        ('{"output_tokens": 1.5}', "output_tokens: found 1.5, expected a whole number"),
        ('{"output_tokens": true}', "output_tokens: found True, expected a whole number"),
        ('{"output_tokens": "12"}', "output_tokens: found '12', expected a whole number"),
        ('{"input_tokens": 10, "cached_tokens": 1200}', "1,200 cached_tokens of 10 input_tokens"),
        ('{"model": "openai/gpt-4o", "output_tokens": 3}', "a model and no input_tokens"),
        ('{"model": 7, "input_tokens": 1, "output_tokens": 3}', "model: found 7"),
        ('{"inputtokens": 1}', "did you mean 'input_tokens'"),
        ("[1]", "expected an object"),
    ],
)
def test_usage_that_cannot_be_is_refused_with_its_line(tmp_path: Path, usage: str, message: str) -> None:
    with pytest.raises(DataError, match=rf"r\.jsonl:1: usage: .*{message}"):
        read_recording(recording(tmp_path, f'{{"id": "a", "usage": {usage}}}\n', "r.jsonl"))


def test_what_was_measured_is_read(tmp_path: Path) -> None:
    usage = '{"model": "openai/gpt-4o", "input_tokens": 10.0, "cached_tokens": 4, "output_tokens": 2}'
    (line,) = read_recording(recording(tmp_path, f'{{"id": "a", "seconds": 0, "usage": {usage}}}\n', "r.jsonl"))
    assert line.measured == Measured(0.0, None, "openai/gpt-4o", 10, 4, 2)


@pytest.mark.parametrize("cell", ["true", "1.5"])
def test_a_seed_that_is_no_whole_number_in_json_is_refused(tmp_path: Path, cell: str) -> None:
    with pytest.raises(DataError, match="expected a whole number"):
        read_recording(recording(tmp_path, f'{{"id": "a", "seed": {cell}}}\n', "r.jsonl"))


def test_a_seed_in_some_lines_only_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"r\.csv:3: no seed, as in 1 of 2 lines"):
        read_recording(recording(tmp_path, "id,seed\na,1\nb,\n"))


def test_a_byte_order_mark_and_empty_lines_are_no_part_of_it(tmp_path: Path) -> None:
    lines = read_recording(recording(tmp_path, "\ufeffid,score\na,1\n\nb,0\n\n"))
    assert [line.id for line in lines] == ["a", "b"]


def test_ids_longer_than_a_float_holds_stay_apart(tmp_path: Path) -> None:
    text = '{"id": 123456789012345678901}\n{"id": 123456789012345678902}\n'
    lines = read_recording(recording(tmp_path, text, "r.jsonl"))
    assert [line.id for line in lines] == ["123456789012345678901", "123456789012345678902"]


def test_decimal_commas_are_read_where_it_is_said_and_the_message_names_the_key_where_not(tmp_path: Path) -> None:
    path = recording(tmp_path, "id;score;seconds\na;0,522;0.2\n")
    (line,) = read_recording(path, separator=";", decimal=",")
    assert (number(line, "score"), line.measured.seconds) == (0.522, 0.2)
    (line,) = read_recording(path, separator=";")
    with pytest.raises(DataError, match=r'score: found .0,522., expected a number\. .*decimal = "," for the candidate'):
        number(line, "score")
