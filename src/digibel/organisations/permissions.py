"""May this person? One table: a deed, and the roles that may do it. `policies` and `visibility` ask other questions."""

from digibel.organisations.models import Role, Staff
from digibel.problems import Refused

EVERYBODY = frozenset({Role.INTAKE, Role.MATCHER, Role.COORDINATOR})
MATCHING = frozenset({Role.MATCHER, Role.COORDINATOR})
COORDINATING = frozenset({Role.COORDINATOR})
# Above the organisations: what touches all of them. Whoever has this role sees no client, and no page of an organisation.
NETWORK = frozenset({Role.NETWORK})

DEEDS: dict[str, frozenset[Role]] = {
    "look": EVERYBODY,
    "see_address": EVERYBODY,  # whoever rings or writes to them needs it; every look is in the audit (rule E12)
    "log": EVERYBODY,
    "call": EVERYBODY,
    "refer": EVERYBODY,
    "answer": EVERYBODY,
    "print": EVERYBODY,
    "move_visit": EVERYBODY,  # whoever has the client on the line; every limit is looked at again
    "assign": EVERYBODY,  # whoever goes home passes on what is left
    "lend_kits": EVERYBODY,  # whoever stands at the cupboard when a volunteer comes by
    "stop": EVERYBODY,  # in hospital, moved, died: whoever hears it must be able to silence everything at once
    "hand_over": MATCHING,
    "match": MATCHING,
    "note_limits": MATCHING,
    "note_availability": MATCHING,
    "offer": MATCHING,
    "cancel_visit": MATCHING,
    "hold_sessions": MATCHING,
    "follow_up": COORDINATING,
    "correct": COORDINATING,
    "enrol": COORDINATING,
    "edit_volunteer": COORDINATING,
    "pause_volunteer": COORDINATING,
    "complaints": COORDINATING,  # whoever hears one writes it down; answering is the coordinator's
    "tighten": COORDINATING,
    "weigh": COORDINATING,
    "overrule": COORDINATING,
    "decide": COORDINATING,  # whether a volunteer goes on after what a client reported
    "ready_volunteer": COORDINATING,
    "train": COORDINATING,
    "pay": COORDINATING,
    "check_number": COORDINATING,
    "note_places": COORDINATING,
    "note_kits": COORDINATING,
    "calendars": COORDINATING,
    "choose_asking": COORDINATING,
    "name_duty": COORDINATING,
    "see_access": COORDINATING,
    "see_reports": COORDINATING,
    "privacy": COORDINATING,
    "texts": COORDINATING,
    "keys": COORDINATING,
    "run_network": NETWORK,
    "release_texts": NETWORK,  # they are everybody's: one organisation cannot know what another's clients must hear
    "forget_volunteer": NETWORK,  # whom several organisations send
}

SENTENCES = {
    "hand_over": "Handing a request over is for a matcher or a coordinator. Ask one of them.",
    "match": "Choosing volunteers is for a matcher or a coordinator. Ask one of them.",
    "note_limits": "How far and how often a volunteer goes is noted by a matcher or a coordinator. Ask one of them.",
    "note_availability": "When a volunteer is free is noted by a matcher or a coordinator. Ask one of them.",
    "offer": "Sending offers is for a matcher or a coordinator. Ask one of them.",
    "hold_sessions": "Desk sessions are for a matcher or a coordinator. Ask one of them.",
    "cancel_visit": "Cancelling a visit is for a matcher or a coordinator. Ask one of them.",
    "follow_up": "Following up is for a coordinator. Ask one of them.",
    "correct": "Correcting what happened is for a coordinator. Ask one of them.",
    "calendars": "Calendars of others than yourself are for a coordinator. Ask one of them.",
    "see_reports": "Reports are for a coordinator. Ask one of them.",
    "see_access": "Who has access is for a coordinator. Ask one of them.",
    "check_number": "Correcting a number is for a coordinator. Tell one of them what you heard.",
    "note_places": "Putting a place right is for a coordinator. Tell one of them what you heard.",
    "note_kits": "Which kits there are is noted by a coordinator. Ask one of them.",
    "choose_asking": "How volunteers are asked is for a coordinator to choose. Ask one of them.",
    "name_duty": "Who answers the telephone is for a coordinator to note. Ask one of them.",
    "complaints": "Answering complaints is for a coordinator. Ask one of them.",
    "privacy": "What somebody asks about their own data is for a coordinator. Ask one of them.",
    "pause_volunteer": "Pausing a volunteer is for a coordinator. Ask one of them.",
    "edit_volunteer": "Putting right what we know of a volunteer is for a coordinator. Ask one of them.",
    "enrol": "Taking somebody into the pool is for a coordinator. Ask one of them.",
    "weigh": "What counts in the order is for a coordinator. Ask one of them.",
    "tighten": "Making a rule stricter is for a coordinator. Ask one of them.",
    "overrule": "Letting a volunteer go after all is for a coordinator. Ask one of them.",
    "decide": "Deciding about a volunteer is for a coordinator. Ask one of them.",
    "ready_volunteer": "The papers of a volunteer are for a coordinator. Ask one of them.",
    "train": "Trainings are for a coordinator. Ask one of them.",
    "texts": "How texts leave and what they cost is for a coordinator. Ask one of them.",
    "keys": "Keys of programs are for a coordinator. Ask one of them.",
    "look": "You look after the network: clients and their visits are for who works with them. Open the page of the network.",
    "run_network": "Organisations and accounts are for the network administrator. Ask them.",
    "release_texts": "Letting held texts leave is for the network administrator: they are of every organisation. Ask them.",
    "forget_volunteer": "Somebody whom several organisations send is forgotten by the network administrator. Ask them.",
    "pay": "Paying expenses is for a coordinator. Ask one of them.",
}


def may(staff: Staff, deed: str) -> bool:
    return staff.is_active and staff.role in DEEDS[deed]


def check_may(staff: Staff, deed: str) -> None:
    if not may(staff, deed):
        raise Refused(SENTENCES.get(deed))
