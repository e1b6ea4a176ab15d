from pathlib import Path

import pytest

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
