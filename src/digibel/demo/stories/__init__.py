"""What happened before the demo begins: a story per question, each in a stage that somebody must be able to look at.

A story is a generator. It yields the moment at which it goes on, and between two moments time passes for everybody: texts
leave, waves follow, alarms ring. So every state here was reached by the way on which it is reached in earnest.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from digibel.demo.stage import Stage
from digibel.demo.stories import lindeboom, sleutel, tilleul

Story = Callable[[Stage], Iterator[datetime]]

ALL: tuple[Story, ...] = (*lindeboom.STORIES, *tilleul.STORIES, *sleutel.STORIES)
