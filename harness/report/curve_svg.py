"""Learning curves as a drawing."""

from collections.abc import Sequence
from html import escape as in_xml

import numpy as np

from harness.curve import CandidateCurve, Curves

_COLOURS = ("#1b6ca8", "#c0392b", "#2e8b57", "#8e44ad", "#b9770e", "#34495e", "#d35480", "#16857a")
_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 760, 420, 60, 170, 20, 45
_FONT = 'font-family="sans-serif" font-size="12"'


def curves_svg(curves: Curves) -> str:
    """A drawing: draws as dots, their means as a line, its band behind it; the fitted curve beyond them dashed."""
    labels = [p.labels for c in curves.candidates for p in c.points] or [float(s) for s in curves.sizes]
    values = [v for c in curves.candidates for p in c.points for v in (p.low, p.high)]
    values += [m.score for c in curves.candidates for m in c.measured]
    frame = _Frame(labels, values or [0.0, 1.0])
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" {_FONT}>',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
        *frame.axes(curves.metric),
    ]
    for number, candidate in enumerate(curves.candidates):
        parts += _drawn(candidate, _COLOURS[number % len(_COLOURS)], number, frame)
    return "\n".join([*parts, "</svg>"]) + "\n"


class _Frame:
    """Labels on a logarithmic axis, scores on a linear one."""

    def __init__(self, labels: Sequence[float], values: Sequence[float]) -> None:
        self.first, self.last = min(labels), max(*labels, min(labels) * 1.01)
        room = 0.05 * (max(values) - min(values)) or 0.05
        self.low, self.high = min(values) - room, max(values) + room

    def x(self, labels: float) -> float:
        share = np.log(labels / self.first) / np.log(self.last / self.first)
        return round(float(_LEFT + share * (_WIDTH - _LEFT - _RIGHT)), 1)

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(float(_HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)), 1)

    def axes(self, metric: str) -> list[str]:
        bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
        parts = [f'<path d="M{_LEFT} {_TOP}V{bottom}H{right}" fill="none" stroke="#444"/>']
        places = ".2f" if self.high - self.low < 100 else ",.0f"
        for value in np.linspace(self.low, self.high, 6):
            y = self.y(value)
            parts.append(f'<path d="M{_LEFT} {y}H{right}" stroke="#eee"/>')
            parts.append(f'<text x="{_LEFT - 6}" y="{y + 4}" text-anchor="end">{value:{places}}</text>')
        ticks = np.geomspace(self.first, self.last, 5).tolist()
        parts += [f'<text x="{self.x(n)}" y="{bottom + 16}" text-anchor="middle">{n:.0f}</text>' for n in ticks]
        middle = (_LEFT + right) / 2
        parts.append(f'<text x="{middle}" y="{_HEIGHT - 8}" text-anchor="middle">labels</text>')
        return [*parts, f'<text x="{_LEFT}" y="{_TOP - 6}">{in_xml(metric)}</text>']


def _drawn(candidate: CandidateCurve, colour: str, number: int, frame: _Frame) -> list[str]:
    points = candidate.points
    legend = _TOP + 14 + 18 * number
    parts = [f'<text x="{_WIDTH - _RIGHT + 12}" y="{legend}" fill="{colour}">{in_xml(candidate.name)}</text>']
    if not points:
        return parts
    upper = [f"{frame.x(p.labels)},{frame.y(p.high)}" for p in points]
    lower = [f"{frame.x(p.labels)},{frame.y(p.low)}" for p in reversed(points)]
    parts.append(f'<polygon points="{" ".join(upper + lower)}" fill="{colour}" opacity=".12"/>')
    inside = [p for p in points if not p.extrapolated]
    for part, dash in ((inside, ""), (points[len(inside) - 1 :], ' stroke-dasharray="5 4"')):
        line = " ".join(f"{frame.x(p.labels)},{frame.y(p.value)}" for p in part)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.6"{dash}/>')
    places = [(frame.x(m.labels), frame.y(m.score)) for m in candidate.measured if m.labels]
    return parts + [f'<circle cx="{x}" cy="{y}" r="2.4" fill="{colour}"/>' for x, y in places]
