"""Requirements and the gate's comparisons as JUnit XML: what every CI system can show."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement

from harness.estimate import State
from harness.gate import words
from harness.gate.outcome import Outcome
from harness.leaderboard.requirements import figures_of
from harness.leaderboard.rows import Leaderboard, Row
from harness.publish.source import Published
from harness.report.cells import figure


def as_junit(published: Published) -> str:
    """A suite per task, a case per candidate and requirement; what is open is skipped with its reason."""
    root = Element("testsuites", name="harness")
    for board in published.boards:
        _suite(root, board.task, list(_requirements(board)))
    if published.outcome is not None:
        _suite(root, f"gate against {published.outcome.baseline}", list(_changes(published.outcome)))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _suite(root: Element, name: str, cases: list[Element]) -> None:
    suite = SubElement(root, "testsuite", name=_text(name), tests=str(len(cases)))
    for kind, attribute in (("failure", "failures"), ("skipped", "skipped")):
        suite.set(attribute, str(sum(case.find(kind) is not None for case in cases)))
    suite.extend(cases)


def _requirements(board: Leaderboard) -> Iterator[Element]:
    for row in board.rows:
        if row.skipped:
            yield _case(f"{board.task}.{row.name}", "runs", "skipped", row.skipped)
            continue
        for name, state in row.requirements.items():
            kind = {State.MET: None, State.MISSED: "failure", State.OPEN: "skipped"}[state]
            text = f"{name} {board.requirement.get(name, '')}".strip()
            yield _case(f"{board.task}.{row.name}", text, kind, f"{_figure(row, name)}: {state.value}")


def _figure(row: Row, name: str) -> str:
    estimate = figures_of(row).get(name)
    return name if estimate is None else f"{name} {figure(estimate)}"


def _changes(outcome: Outcome) -> Iterator[Element]:
    for change in words.by_tier(outcome)[0]:
        kind = "failure" if change.beyond else "skipped" if change.open else None
        yield _case(f"{change.task}.{change.candidate}", change.metric, kind, words.change_text(change))


def _case(place: str, name: str, kind: str | None, message: str) -> Element:
    case = Element("testcase", classname=_text(place), name=_text(name))
    if kind is not None:
        SubElement(case, kind, message=_text(message))
    return case


def _text(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return "".join(c for c in text if c in "\t\n\r" or (c >= " " and not "\ud800" <= c <= "\udfff" and c < "\ufffe"))
