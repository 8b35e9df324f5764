"""Who did it: a person with an account, somebody on the telephone, a program, or the clock."""

from dataclasses import dataclass
from typing import Any, Protocol, Self

from digibel.audit.errors import NameRefused

KINDS = frozenset({"staff", "volunteer", "client", "api", "clock", "system"})
ALONE = frozenset({"clock", "system"})


class HasKey(Protocol):
    """Anything with a primary key: this room knows none of the people's models."""

    @property
    def pk(self) -> Any: ...


@dataclass(frozen=True)
class Actor:
    """Written as `staff:<id>`; the clock and the system have no id."""

    kind: str
    id: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS or bool(self.id) == (self.kind in ALONE) or len(self.id) > 60:
            raise NameRefused(name=self.kind)

    @classmethod
    def staff(cls, user: HasKey) -> Self:
        return cls("staff", str(user.pk))

    @classmethod
    def volunteer(cls, volunteer: HasKey) -> Self:
        return cls("volunteer", str(volunteer.pk))

    @classmethod
    def client(cls, client: HasKey) -> Self:
        return cls("client", str(client.pk))

    @classmethod
    def api(cls, key: HasKey) -> Self:
        return cls("api", str(key.pk))

    @classmethod
    def parse(cls, text: str) -> Self:
        """The actor that `str()` wrote down."""
        kind, _, id = text.partition(":")
        return cls(kind, id)

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}" if self.id else self.kind


CLOCK = Actor("clock")
SYSTEM = Actor("system")
