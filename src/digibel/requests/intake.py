"""Logging a request: the client, the question, the judgement, the split, and the client's own yes."""

import uuid
from collections.abc import Iterable, Sequence

from django.db import transaction

from digibel import clock, places
from digibel.audit.actors import Actor
from digibel.audit.recording import record
from digibel.guardrails import judgement
from digibel.guardrails.judgement import Facts
from digibel.notifications import numbers
from digibel.notifications.models import Recipient
from digibel.notifications.recipients import add_recipient
from digibel.organisations import tightenings
from digibel.organisations.models import Organisation, Role
from digibel.problems import Invalid
from digibel.requests import judging
from digibel.requests.drafts import ClientDraft, HelperDraft, RequestDraft, Window
from digibel.requests.errors import KeyUsedOtherwise, NotTheSame
from digibel.requests.models import (
    Client,
    Consent,
    HelpRequest,
    NamedHelper,
    NameToken,
    NextActionKind,
    ReferenceCounter,
    RequestTask,
    StoredJudgement,
    TimeWindow,
)
from digibel.sealing import keys, ledger
from digibel.sealing.index import harmless_id, name_tokens, sound_tokens

CONSENT_TEXT = "2026-11"
SEALED_CLIENT_FIELDS = (
    "first_name",
    "family_name",
    "address_as",
    "street",
    "house_number",
    "box",
    "bell",
    "door_note",
    "access",
    "contact_name",
    "contact_phone",
    "trusted_worker",
    "trusted_worker_phone",
    "interpreter",
    "decides_about_money",
    "money_phone",
)
OPEN_CLIENT_FIELDS = ("postcode", "floor", "lift", "dog", "smoke", "wish", "reception", "money_kind")


@transaction.atomic
def log_request(
    draft: RequestDraft,
    *,
    organisation: Organisation,
    by: Actor,
    client: Client | None = None,
    idempotency_key: str | None = None,
    idempotency_print: str = "",
) -> list[HelpRequest]:
    """Write a request, split in two where part of it is not for volunteers. The part for a volunteer comes first.

    The same idempotency key gives back what was logged the first time. Every request gets its first next action here;
    `scheduling` works out the true one in the same transaction.
    """
    if idempotency_key and (earlier := asked_before(organisation, idempotency_key, idempotency_print)):
        return earlier
    client = client or add_client(draft.client, organisation=organisation)
    if draft.consent_language and not has_own_yes(client):
        record_own_yes(client, language=draft.consent_language, by=by)
    same_as = earlier_problem(client, draft.same_as)
    verdicts = judging.judge_draft(draft, client, same_as=same_as)
    facts = judging.facts_about(client, same_as=same_as)
    first, *rest = _split(verdicts)
    logged = [_log_part(draft, first, verdicts, client=client, by=by, same_as=same_as)]
    if idempotency_key:
        logged[0].idempotency_key, logged[0].idempotency_print = (
            _kept_key(idempotency_key),
            idempotency_print,
        )
        logged[0].save(update_fields=["idempotency_key", "idempotency_print"])
    logged += [
        _log_part(draft, part, verdicts, client=client, by=by, same_as=same_as, split_from=logged[0]) for part in rest
    ]
    for request in logged:
        _keep_judgement(request, verdicts, facts, judging.kept_for_staff(draft), by=by)
    return logged


def earlier_problem(client: Client, reference: str) -> HelpRequest | None:
    """The earlier request about the same problem that was named; None for a new one. Raises `Invalid`.

    Only one about money or administration: nothing else is counted. Another client's is answered like one that is not there.
    """
    if not reference:
        return None
    named = {one.reference: one for one in judging.earlier_about_money(client)}
    if reference not in named:
        raise Invalid({"same_as": [NotTheSame()]})
    return named[reference]


def _keep_judgement(
    request: HelpRequest, made: judgement.Judgement, facts: Facts, kept: judgement.Tightened, *, by: Actor
) -> None:
    slugs = [task.slug for task in request.tasks.all()]
    judging.store(
        request,
        judging.only(made, slugs),
        cause=StoredJudgement.Cause.LOGGED,
        tightened=tightenings.in_force(request.organisation_id, clock.today()),
        facts=facts,
        floor={slug: verdict for slug, verdict in kept.items() if slug in slugs},
        by=by,
    )


def add_client(draft: ClientDraft, *, organisation: Organisation) -> Client:
    """A new client with a key of their own, and the keyed traces by which their name can be found."""
    key_id = keys.new_key()
    recipient = add_recipient(
        Recipient.Kind.CLIENT,
        key_id=key_id,
        number=draft.phone,
        languages=draft.reads or draft.speaks,
        channel=draft.channel,
    )
    client = Client.objects.create(
        organisation=organisation,
        recipient=recipient,
        key_id=key_id,
        created_at=clock.now(),
        speaks=list(draft.speaks),
        reads=list(draft.reads),
        **{name: getattr(draft, name) for name in (*SEALED_CLIENT_FIELDS, *OPEN_CLIENT_FIELDS)},
    )
    write_helpers(client, draft.helpers)
    index_name(client)
    return client


def write_helpers(client: Client, helpers: Sequence[HelperDraft]) -> None:
    """Those the client names now, and nobody who was named before."""
    client.named_helpers.all().delete()
    NamedHelper.objects.bulk_create(
        NamedHelper(
            client=client,
            name=helper.name,
            phone=helper.phone,
            may_change=helper.may_change,
            may_hear_word=helper.may_hear_word,
            position=position,
        )
        for position, helper in enumerate(helpers)
    )


def helpers_of(client: Client) -> tuple[HelperDraft, ...]:
    """Those the client named, as they were told."""
    return tuple(
        HelperDraft(one.name, one.phone, one.may_change, one.may_hear_word) for one in client.named_helpers.all()
    )


def index_name(client: Client) -> None:
    client.name_tokens.all().delete()
    words = f"{client.first_name} {client.family_name} {client.address_as}"
    tokens = name_tokens(words, client.organisation_id) | sound_tokens(client.family_name, client.organisation_id)
    NameToken.objects.bulk_create(NameToken(client=client, token=token) for token in sorted(tokens))


def known_clients(organisation: Organisation, *, phone: str = "", name: str = "") -> list[Client]:
    """Clients of this organisation at this number, or with all parts of this name."""
    found = Client.objects.of(organisation).select_related("recipient").order_by("-created_at")
    if phone:
        return _each_once(found.filter(recipient__number_index=numbers.index(phone))[:5])
    tokens = name_tokens(name, organisation.pk)
    for token in tokens:
        found = found.filter(name_tokens__token=token)
    return _each_once(found[:20]) if tokens else []


def clients_alike(organisation: Organisation, *, family_name: str, postcode: str) -> list[Client]:
    """Clients of this organisation in the same municipality whose name sounds like this one, however it was written."""
    sounds = sound_tokens(family_name, organisation.pk) if places.is_known(postcode) else set()
    found = Client.objects.of(organisation).select_related("recipient").filter(postcode=postcode)
    return (
        _each_once(found.filter(name_tokens__token__in=sounds).order_by("-created_at").distinct()[:5]) if sounds else []
    )


def _each_once(found: Iterable[Client]) -> list[Client]:
    """Who was known twice is found once, by either name."""
    return list(dict.fromkeys(survivor(client) for client in found))


def survivor(client: Client) -> Client:
    """The one this row points at since two were made one; itself for everybody else."""
    while client.merged_into_id is not None:
        client = Client.objects.select_related("recipient", "organisation").get(pk=client.merged_into_id)
    return client


def rows_of(client: Client) -> list[Client]:
    """This client, and every row that points at them since they were known twice."""
    found = [client]
    for one in found:
        found += Client.objects.filter(merged_into=one).select_related("recipient", "organisation")
    return found


def has_own_yes(client: Client) -> bool:
    return client.consents.filter(withdrawn_at=None).exists()


def record_own_yes(client: Client, *, language: str, by: Actor) -> Consent:
    """The client said yes, aloud, to this version of the text. The words themselves are in the phrasebook."""
    consent = Consent.objects.create(
        client=client, given_at=clock.now(), language=language, text_version=CONSENT_TEXT, recorded_by=str(by)
    )
    ledger.take_back(ledger.What.YES, client.pk)
    record("consent.given", client, by=by, organisation_id=client.organisation_id, text=CONSENT_TEXT)
    return consent


def asked_before(organisation: Organisation, key: str, fingerprint: str) -> list[HelpRequest]:
    """What was logged with this key before, or nothing. Raises `KeyUsedOtherwise` when it was for something else."""
    first = logged_with(organisation, key)
    if first is None:
        return []
    if first.idempotency_print != fingerprint:
        raise KeyUsedOtherwise
    return [first, *first.parts.order_by("reference")]


def logged_with(organisation: Organisation, key: str) -> HelpRequest | None:
    """What was logged with this idempotency key, whoever asks."""
    return HelpRequest.objects.of(organisation).filter(idempotency_key=_kept_key(key)).first()


def _kept_key(key: str) -> str:
    return harmless_id(key, purpose="idempotency")


def _split(verdicts: judgement.Judgement) -> list[tuple[str, ...]]:
    """What a volunteer may do, then what goes to staff or to nobody; empty parts are left out."""
    return [part for part in (verdicts.for_volunteer, verdicts.for_staff + verdicts.forbidden) if part]


def _log_part(
    draft: RequestDraft,
    slugs: Sequence[str],
    verdicts: judgement.Judgement,
    *,
    client: Client,
    by: Actor,
    same_as: HelpRequest | None = None,
    split_from: HelpRequest | None = None,
) -> HelpRequest:
    frozen_now = clock.now()
    request = HelpRequest.objects.create(
        organisation=client.organisation,
        client=client,
        reference=next_reference(),
        split_from=split_from,
        same_as_id=judging.root_of(same_as) if same_as else None,
        logged_at=frozen_now,
        logged_by=str(by),
        caller=draft.caller,
        key_id=client.key_id,
        in_own_words=draft.in_own_words,
        device=draft.device,
        always_home=draft.always_home,
        next_kind=NextActionKind.CHOOSE,
        next_due=frozen_now,
        next_owner=Role.MATCHER,
    )
    verdict_of = {task.slug: task.verdict for task in verdicts.tasks}
    RequestTask.objects.bulk_create(
        RequestTask(
            request=request,
            slug=slug,
            verdict=verdict_of[slug],
            catalogue_version=verdicts.catalogue_version,
            position=position,
        )
        for position, slug in enumerate(slugs)
    )
    _write_windows(request, draft.windows, draft.away)
    record(
        "request.logged", request, by=by, organisation_id=client.organisation_id, tasks=len(slugs), caller=draft.caller
    )
    return request


def split_off(request: HelpRequest, slugs: Sequence[str], *, by: Actor) -> HelpRequest:
    """A part of a request that is no longer for volunteers becomes a request of its own, as at intake. The caller holds it.

    The judgement that it came from is copied, so that each of them can be made again by itself.
    """
    part = HelpRequest.objects.create(
        organisation=request.organisation,
        client=request.client,
        reference=next_reference(),
        split_from_id=request.split_from_id or request.pk,
        same_as_id=request.same_as_id,
        logged_at=clock.now(),
        logged_by=str(by),
        caller=request.caller,
        key_id=request.key_id,
        in_own_words=request.in_own_words,
        device=request.device,
        always_home=request.always_home,
        next_kind=NextActionKind.REFER,
        next_due=clock.now(),
        next_owner=Role.INTAKE,
    )
    RequestTask.objects.filter(request=request, slug__in=slugs).update(request=part)
    judged = request.judgements.last()
    if judged is not None:
        judged.pk, judged.request = None, part
        judged.verdicts = {slug: verdict for slug, verdict in judged.verdicts.items() if slug in slugs}
        judged.save(force_insert=True)
    for window in request.windows.all():
        window.pk, window.request = None, part
        window.save(force_insert=True)
    record("request.split", request, by=by, organisation_id=request.organisation_id, part=part.pk, tasks=len(slugs))
    return part


def replace_windows(
    request: HelpRequest, *, windows: Sequence[Window], always_home: bool, away: Sequence[Window]
) -> None:
    """The client's moments, told anew: whoever could not come at the earlier ones may be asked again."""
    request.windows.all().delete()
    request.always_home, request.searched_in_vain_at, request.asked_since = always_home, None, clock.now()
    request.save(update_fields=["always_home", "searched_in_vain_at", "asked_since"])
    _write_windows(request, windows, away)


def _write_windows(request: HelpRequest, windows: Sequence[Window], away: Sequence[Window]) -> None:
    told = [(window, False) for window in windows] + [(window, True) for window in away]
    TimeWindow.objects.bulk_create(
        TimeWindow(request=request, starts_at=start, ends_at=end, away=away) for (start, end), away in told
    )


def next_reference() -> str:
    """A short reference that can be read out on the telephone: year and number, as 26-0377. Call it in a transaction."""
    year = clock.local(clock.now()).year
    ReferenceCounter.objects.get_or_create(year=year)
    counter = ReferenceCounter.objects.select_for_update().get(year=year)
    counter.last += 1
    counter.save(update_fields=["last"])
    return f"{year % 100:02d}-{counter.last:04d}"


def find(organisation: Organisation, reference: str) -> HelpRequest:
    """The request with this reference, among this organisation's own. Raises `HelpRequest.DoesNotExist`."""
    requests = HelpRequest.objects.of(organisation).select_related("client__recipient", "organisation")
    return requests.get(reference=reference)


def find_client(organisation: Organisation, client_id: uuid.UUID) -> Client:
    """This organisation's client with this id, or whom it points at. Raises `Client.DoesNotExist`."""
    return survivor(Client.objects.of(organisation).select_related("recipient", "organisation").get(pk=client_id))
