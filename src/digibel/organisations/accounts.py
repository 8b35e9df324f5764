"""Organisations, and who works there with which role: opened, changed and closed by the network administrator.

Nobody knows anybody else's password: a link lets its owner choose one, once, for three days. See `links.py`.
"""

from django.db import IntegrityError, transaction
from django.db.models import Q

from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.organisations import links, secondsteps, waychanges
from digibel.organisations.models import Organisation, Role, Staff
from digibel.problems import Conflict, NotFound, Problem


class AddressTaken(Conflict):
    code = "address_taken"
    message = "Somebody has an account with this address already. Look for it, also among the closed ones."


class NameTaken(Conflict):
    code = "name_taken"
    message = "There is an organisation with this name already. Choose a name that tells them apart."


class NotARole(Problem):
    code = "not_a_role"
    message = "Choose one of the roles that stand on the page."


class LinkOver(NotFound):
    code = "link_over"
    message = "This link has been used, or it is too old. Ask for a new one."


class LastOfTheNetwork(Conflict):
    code = "last_of_the_network"
    message = "Nobody else looks after the network. Give somebody else that role first."


class LastCoordinator(Conflict):
    code = "last_coordinator"
    message = "Nobody else is a coordinator there, and somebody must decide. Give a colleague that role first."


@transaction.atomic
def add_organisation(
    *, slug: str, name: str, phone: str, sms_number: str, language: str, postcode: str, by: Actor
) -> Organisation:
    """A new tenant. `phone` is what people are told to ring; `sms_number` E.164, where its texts come from."""
    fields = {"phone": phone, "sms_number": sms_number, "language": language, "postcode": postcode}
    try:
        with transaction.atomic():
            made = Organisation.objects.create(slug=slug, name=name, **fields)
    except IntegrityError:
        raise NameTaken from None
    record("organisation.added", made, by=by, organisation_id=made.pk)
    return made


@transaction.atomic
def add_staff(
    organisation: Organisation, *, name: str, email: str, role: str, language: str, mobile: str = "", by: Actor
) -> Staff:
    """An account without a password: its owner chooses one behind the link."""
    _check_role(role)
    fields = {"name": name, "role": role, "language": language, "mobile": mobile}
    try:
        with transaction.atomic():
            made = Staff.objects.create_user(email, None, organisation=organisation, **fields)
    except IntegrityError:
        raise AddressTaken from None
    record("staff.added", made, by=by, organisation_id=organisation.pk, role=role)
    return made


@transaction.atomic
def change_role(staff: Staff, role: str, *, by: Actor) -> None:
    """From the next page on they may what the new role may. Said again, it is nothing."""
    _check_role(role)
    locked = _lock(staff)
    if locked.role == role:
        return
    _check_somebody_stays(locked)
    was, locked.role = locked.role, role
    locked.save(update_fields=["role"])
    record("staff.role_changed", locked, by=by, organisation_id=locked.organisation_id, was=was, role=role)


@transaction.atomic
def close(staff: Staff, *, by: Actor) -> bool:
    """They are out with their next click, and nobody rings them any more. Their name stays for what they did, two years.

    Whether it was open. What was theirs is handed on by `scheduling.leaving`.
    """
    locked = _lock(staff)
    if not locked.is_active:
        return False
    _check_somebody_stays(locked)
    locked.is_active = False
    locked.save(update_fields=["is_active"])
    links.end(locked)
    secondsteps.forget(locked)
    locked.outside_logins.all().delete()
    record("staff.closed", locked, by=by, organisation_id=locked.organisation_id)
    return True


@transaction.atomic
def reopen(staff: Staff, *, by: Actor) -> None:
    """Back at work: with a new password, as the old one may be known to somebody by now."""
    locked = _lock(staff)
    if locked.is_active:
        return
    locked.is_active = True
    locked.set_unusable_password()
    locked.save(update_fields=["is_active", "password"])
    record("staff.reopened", locked, by=by, organisation_id=locked.organisation_id)


@transaction.atomic
def give_link(staff: Staff, *, by: Actor) -> str:
    """The secret of a link to choose a password, to be handed over; the one before it opens nothing any more."""
    secret = links.open_link(staff)
    record("staff.link_given", staff, by=by, organisation_id=staff.organisation_id)
    return secret


@transaction.atomic
def end_link(staff: Staff, *, by: Actor) -> None:
    """It went to the wrong person, or nobody needs it any more."""
    if links.end(staff):
        record("staff.link_ended", staff, by=by, organisation_id=staff.organisation_id)


@transaction.atomic
def choose_password(staff: Staff, password: str, *, link: str | None = None) -> None:
    """By its owner, who knows the old one or holds a link; whoever was in with the old one is out."""
    locked = _lock(staff)
    if link is not None and not links.use(locked, link):
        raise LinkOver
    links.end(locked)
    locked.set_password(password)
    locked.save(update_fields=["password"])
    record("staff.password_chosen", locked, by=Actor.staff(locked), organisation_id=locked.organisation_id)
    waychanges.tell(locked, "password")


def _lock(staff: Staff) -> Staff:
    """Everybody of the network and who coordinates there first: of two who close each other, one is too late.

    Nobody forgotten: `Staff.DoesNotExist`.
    """
    needed = Q(role=Role.NETWORK) | Q(role=Role.COORDINATOR, organisation=staff.organisation_id)
    list(Staff.objects.select_for_update(of=("self",)).filter(needed).order_by("pk").values_list("pk"))
    return Staff.objects.select_for_update(of=("self",)).exclude(email_index="").get(pk=staff.pk)


def _check_role(role: str) -> None:
    if role not in dict(Role.accounts()):
        raise NotARole


def _check_somebody_stays(staff: Staff) -> None:
    """The network looks after the organisations, and in each somebody decides."""
    if not staff.is_active:
        return
    others = Staff.objects.filter(role=staff.role, is_active=True).exclude(pk=staff.pk)
    if staff.role == Role.NETWORK and not others.exists():
        raise LastOfTheNetwork
    if staff.role == Role.COORDINATOR and not others.filter(organisation=staff.organisation_id).exists():
        raise LastCoordinator
