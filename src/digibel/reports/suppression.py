"""Which numbers of a table may be told, so that nobody is found in it: not in a cell, and not by subtracting cells from a total.

All totals are told, so what is pressed together first (`tables.py`) has at least five people in every row and every column. Then:

1. A cell of one to four people is hidden. Nought is shown.
2. Each hidden cell gets three others to hide with, the corners of a rectangle: what one is less, its neighbour may be more.
   Each side of the rectangle holds five people or more, so that two hidden cells together are no small group either. (Hundepool
   et al., Statistical Disclosure Control, 2012, section 4.4.3: the hypercube method.)
3. Where there is no such rectangle, no cell of the table is told, and the totals are.

Why a corner can never be computed: let the corners be a, b, c, d in turn. If one may be 1 less with its opposite, the others are
1 more, and every total is the same. Each side holds five, so no two neighbours are both 1: of a and c, or of b and d, both
are at least 2. And where nothing is told: with two rows and two columns that are not empty, a cell can be more or less.
"""

from collections.abc import Iterator
from itertools import product

from digibel.reports.counting import Count

LEAST = 5

Place = tuple[int, int]
Grid = list[list[Count]]


def hidden(cells: Grid) -> set[Place]:
    """Row and column of each cell that is not told. No row and no column may be empty or hold fewer than `LEAST` people."""
    places = list(product(range(len(cells)), range(len(cells[0]) if cells else 0)))
    found: set[Place] = set()
    for place in (one for one in places if 0 < _people(cells, one) < LEAST):
        corners = min(_rectangles(cells, place), key=lambda corners: _cost(cells, corners - found), default=None)
        if corners is None:
            return set(places)
        found |= corners
    return found


def _rectangles(cells: Grid, place: Place) -> Iterator[frozenset[Place]]:
    row, column = place
    for other_row, other_column in product(range(len(cells)), range(len(cells[0]))):
        if other_row == row or other_column == column:
            continue
        in_turn = [place, (row, other_column), (other_row, other_column), (other_row, column)]
        told = [_people(cells, one) for one in in_turn]
        if all(told) and all(told[at - 1] + told[at] >= LEAST for at in range(4)):
            yield frozenset(in_turn)


def _cost(cells: Grid, corners: frozenset[Place]) -> tuple[int, list[Place]]:
    """How much is lost by hiding these; of two that cost the same always the same one is taken."""
    return sum(cells[row][column].number for row, column in corners), sorted(corners)


def _people(cells: Grid, place: Place) -> int:
    return cells[place[0]][place[1]].people
