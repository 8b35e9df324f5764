"""Nobody can work out a hidden cell. The judge is a solver that knows all that is told, and knows the rules too."""

from itertools import product

import highspy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digibel.reports.counting import Count
from digibel.reports.suppression import LEAST, hidden


def grid(*rows):
    return [[Count(number, number) for number in row] for row in rows]


def told(rows):
    secret = hidden(grid(*rows))
    return [[None if (r, c) in secret else cell for c, cell in enumerate(row)] for r, row in enumerate(rows)]


def bounds(rows, secret, *, least):
    """The lowest and highest number that each hidden cell can be, given every total and every cell that is told."""
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    # A process has as many threads as its first solver asked for, and refuses one that asks for another number.
    solver.setOptionValue("threads", 1)
    cells = {place: solver.addVariable(lb=least) for place in secret}
    for lines in (
        [[(r, c) for c in range(len(rows[0]))] for r in range(len(rows))],
        [[(r, c) for r in range(len(rows))] for c in range(len(rows[0]))],
    ):
        for line in lines:
            unknown = [place for place in line if place in secret]
            if unknown:
                solver.addConstr(sum(cells[place] for place in unknown) == sum(rows[r][c] for r, c in unknown))
    found = {}
    for place in secret:
        ends = []
        for ask in (solver.minimize, solver.maximize):
            ask(cells[place])
            ends.append(round(solver.getObjectiveValue(), 6))
        found[place] = tuple(ends)
    return found


NUMBERS = st.one_of(st.just(0), st.integers(1, 4), st.integers(5, 40))


@st.composite
def tables(draw):
    height, width = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    rows = [[draw(NUMBERS) for _ in range(width)] for _ in range(height)]
    # What `tables.py` promises: no row and no column with fewer than five people.
    for line in range(height):
        rows[line][line % width] += max(0, LEAST - sum(rows[line]))
    for line in range(width):
        rows[line % height][line] += max(0, LEAST - sum(row[line] for row in rows))
    return rows


@given(tables())
def test_no_hidden_cell_can_be_worked_out(rows):
    secret = hidden(grid(*rows))
    everything = set(product(range(len(rows)), range(len(rows[0]))))
    # Who knows that nought is always shown knows that a hidden cell is at least one; not where nothing is told.
    least = 0 if secret == everything else 1
    exact = {place for place, (low, high) in bounds(rows, secret, least=least).items() if low == high}
    assert exact == set()


@given(tables())
def test_no_small_cell_is_told(rows):
    secret = hidden(grid(*rows))
    small = {(r, c) for r, row in enumerate(rows) for c, cell in enumerate(row) if 0 < cell < LEAST}
    assert small <= secret


@given(tables())
def test_hidden_cells_of_a_line_together_are_no_small_group(rows):
    secret = hidden(grid(*rows))
    if len(secret) == len(rows) * len(rows[0]):
        return
    for r in {r for r, _ in secret}:
        assert sum(rows[r][c] for row, c in secret if row == r) >= LEAST
    for c in {c for _, c in secret}:
        assert sum(rows[r][c] for r, column in secret if column == c) >= LEAST


@pytest.mark.parametrize(
    ("rows", "answer"),
    [
        ([[6, 7], [8, 9]], [[6, 7], [8, 9]]),
        # One small cell hides the cheapest rectangle around it, and nought stays.
        ([[2, 9, 5], [6, 30, 0], [8, 40, 9]], [[None, 9, None], [6, 30, 0], [None, 40, None]]),
        # No rectangle of five on every side: only totals are told.
        ([[1, 4], [4, 0]], [[None, None], [None, None]]),
        ([[12]], [[12]]),
        ([], []),
    ],
)
def test_what_is_hidden_with_a_small_cell(rows, answer):
    assert told(rows) == answer


def test_people_count_and_not_how_often():
    """Six visits to one person are one person."""
    assert (0, 0) in hidden([[Count(6, 1), Count(9, 9)], [Count(9, 9), Count(9, 9)]])
