import csv
import io
import json
import xml.etree.ElementTree as ET

import pytest
from markdown_it import MarkdownIt

from harness.errors import RunError, UnknownNameError
from harness.gate.outcome import Word
from harness.publish.comment import comment
from harness.publish.junit import as_junit
from harness.publish.source import read_published
from harness.publish.tables import as_csv, as_json
from harness.report.machine import leaderboard_json
from harness.report.markdown import escape

_NASTY = (
    "a|b <script>alert(1)</script> @octocat [x](http://evil.example) ![i](http://evil.example/i.png) `code` "
    "https://evil.example www.evil.example #12 </details> *bold* \\| \n# head"
)


def test_plain_words_come_first(published, make_change):
    text = comment(published(changes=[make_change("bot0"), make_change("bot1", Word.SAME, identical=True)]))
    lines = [line for line in text.splitlines() if line]
    assert lines[0] == "## Blocked"
    assert "Baseline: main (abc), run 3 days ago." in lines[1]
    assert "**The verdict moved:** undecided → worth it: bot0." in text
    assert "**bot0** accuracy 0.900 → 0.840: worse by 0.060 (0.030 to 0.090)" in text
    assert "= **bot1**: no item changed" in text


def test_long_lists_and_tables_are_folded(published, make_change):
    text = comment(published(rows=20, changes=[make_change(f"bot{i}") for i in range(20)]))
    before = text.partition("<summary>20 worse</summary>")[0]
    assert "**bot0**" not in before
    assert text.count("<details>") == text.count("</details>")


def test_model_output_can_make_no_table_cell_tag_mention_or_link(published, make_change, fell):
    change = make_change("bot0", fell=(fell("i1", _NASTY, _NASTY, _NASTY),))
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(comment(published(changes=[change])))
    for bad in ("<script", "<a ", "<img", "<code", "<h1", "@octocat", "://", "www."):
        assert bad not in html
    assert html.count("</details>") == html.count("<details>")
    assert "|" not in escape(_NASTY).replace("\\|", "")


def test_no_formula_emoji_or_link_to_an_issue_comes_of_model_output():
    html = MarkdownIt("commonmark", {"html": True}).render(
        escape("$x^2$ and $y$ :smile: :+1: GH-12 o/r#12, $5 at 10:30:00")
    )
    assert "$x" not in html
    assert not [bad for bad in (":smile:", ":+1:", "GH-12", "#12") if bad in html]
    plain = html.replace("\u200b", "").replace("<span>", "").replace("</span>", "")
    assert "$x^2$ and $y$ :smile: :+1: GH-12 o/r#12, $5 at 10:30:00" in plain
    assert escape("$ / 1,000") == "$ / 1,000"


def test_what_fell_is_counted_and_the_rest_can_be_found(published, make_change, fell):
    items = tuple(fell(f"i{i}", "asked", "", "said") for i in range(5))
    text = comment(published(rows=1, changes=[make_change("bot0", fell=items, flipped_in_all=30)]))
    assert "<summary>30 items fell with bot0</summary>" in text
    assert "5 of 30 are shown" in text
    assert "harness wrong colours bot0" in text
    assert "expected *(empty)*, got said" in text
    assert "Leaderboard, 1 candidate<" in text


def test_junit_has_a_case_per_requirement_and_per_comparison(published, make_change):
    change = make_change("bot0", reason="\x00 \x1b")
    root = ET.fromstring(as_junit(published(changes=[change])))
    cases = {(c.get("classname"), c.get("name")): [k.tag for k in c] for c in root.iter("testcase")}
    assert cases["colours.bot0", "accuracy >= 0.85"] == []
    assert cases["colours.bot1", "accuracy >= 0.85"] == ["failure"]
    assert cases["colours.bot2", "accuracy >= 0.85"] == ["skipped"]
    assert cases["colours.away", "runs"] == ["skipped"]
    assert cases["colours.bot0", "accuracy"] == ["failure"]


def test_csv_and_json_hold_every_figure(published, make_change):
    rows = list(csv.DictReader(io.StringIO(as_csv(published()))))
    assert {r["figure"] for r in rows} >= {"accuracy", "p95_latency_ms"}
    first = rows[0]
    assert (first["candidate"], float(first["value"]), first["state"]) == ("bot0", 0.9, "met")
    whole = json.loads(as_json(published(changes=[make_change("bot0")])))
    assert whole["leaderboards"][0]["task"] == "colours"
    assert whole["gate"]["result"] == "blocked"


def test_files_are_read_back_and_a_stale_gate_is_left_out(published, make_change, tmp_path):
    import os

    from harness.gate.outcome import write_outcome

    whole = published(changes=[make_change("bot0")])
    with pytest.raises(RunError, match="holds no leaderboard yet"):
        read_published(tmp_path)
    path = tmp_path / "results" / "colours" / "leaderboard.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(leaderboard_json(whole.boards[0]))
    gate = write_outcome(tmp_path, whole.outcome)
    found = read_published(tmp_path)
    assert found.boards[0] == whole.boards[0]
    assert found.outcome == whole.outcome
    os.utime(gate, (1, 1))
    stale = read_published(tmp_path)
    assert stale.outcome is None
    assert "run `harness gate` again" in stale.note
    with pytest.raises(UnknownNameError, match="did you mean 'colours'"):
        read_published(tmp_path, ["colors"])
