"""Ways through the service, with nothing but the package generated from the document. A walk is a function that says what
it did."""

import os
import sys
from datetime import UTC, date, datetime
from typing import TypeVar, cast
from uuid import uuid4

from einlass_client import AuthenticatedClient, Client
from einlass_client.api.auth import fetch_token, login
from einlass_client.api.changes import list_changes
from einlass_client.api.registrations import create_registration, list_registrations
from einlass_client.api.seminars import list_seminars, put_external_seminar
from einlass_client.models.change import Change
from einlass_client.models.channel import Channel
from einlass_client.models.client_token import ClientToken
from einlass_client.models.external_seminar import ExternalSeminar
from einlass_client.models.kind import Kind
from einlass_client.models.login import Login
from einlass_client.models.new_channel import NewChannel
from einlass_client.models.new_registration import NewRegistration
from einlass_client.models.new_session import NewSession
from einlass_client.models.problem import Problem
from einlass_client.models.reason_code import ReasonCode
from einlass_client.models.seminar import Seminar
from einlass_client.models.status import Status
from einlass_client.models.token_request import TokenRequest
from einlass_client.types import UNSET, Response

T = TypeVar("T")

BASE, PASSWORD = sys.argv[1], os.environ["EINLASS_DEMO_PASSWORD"]
ORGANISER = "organiser@staedteregion.example"
ANYBODY = Client(base_url=BASE)
# The generator asks for a login wherever one is possible; what a portal does is for anybody.
PUBLIC = cast(AuthenticatedClient, ANYBODY)


def good(response: Response[T | Problem]) -> T:
    """The answer, where it is no problem."""
    assert response.parsed is not None, response.content
    assert not isinstance(response.parsed, Problem), response.parsed.title
    return response.parsed


def logged_in(email: str) -> AuthenticatedClient:
    tokens = good(login.sync_detailed(client=ANYBODY, body=Login(email=email, password=PASSWORD)))
    return AuthenticatedClient(base_url=BASE, token=tokens.access_token)


def free_channel(seminar: Seminar) -> Channel | None:
    """The first channel somebody can register for now."""
    now = datetime.now(UTC)
    if seminar.registration_opens_at is not None and seminar.registration_opens_at > now:
        return None
    if seminar.registration_closes_at is not None and seminar.registration_closes_at <= now:
        return None
    free = (one.channel for one in seminar.channels if one.free_seats is not None and one.free_seats > 0)
    return next(free, None)


def portal() -> str:
    """A portal registers somebody, and the organiser finds the person."""
    page = good(
        list_seminars.sync_detailed(
            client=PUBLIC, status=Status.SCHEDULED, free_seats=True, from_=date.today(), limit=100
        )
    )
    seminar, channel = next(
        ((seminar, channel) for seminar in page.data if (channel := free_channel(seminar)) is not None),
        (None, None),
    )
    assert seminar is not None and channel is not None, "no seminar is free"

    email = f"python.{uuid4()}@example.org"
    body = NewRegistration(channel=channel, given_name="Paula", family_name="Python", email=email)
    key = str(uuid4())
    first = create_registration.sync_detailed(seminar.id, client=PUBLIC, body=body, idempotency_key=key)
    again = create_registration.sync_detailed(seminar.id, client=PUBLIC, body=body, idempotency_key=key)
    receipt = good(first)
    assert receipt.state.value == "pending", receipt.state
    assert good(again) == receipt
    assert again.headers["Idempotency-Replayed"] == "true"

    refused = login.sync(client=ANYBODY, body=Login(email=ORGANISER, password="falsch"))
    assert isinstance(refused, Problem) and refused.code.value == "invalid-credentials"
    member = logged_in(ORGANISER)
    found = good(list_registrations.sync_detailed(seminar.id, client=member, q=email))
    assert [(one.id, one.email) for one in found.data] == [(receipt.id, email)]
    return f"{seminar.title} ({channel.value}): registered once, found by the organiser"


def follow(client: AuthenticatedClient, cursor: str | None) -> tuple[list[Change], str]:
    """Reads on from `cursor` until nothing more comes."""
    told: list[Change] = []
    while True:
        page = good(list_changes.sync_detailed(client=client, limit=500, cursor=UNSET if cursor is None else cursor))
        told += page.changes
        cursor = page.next_cursor
        if not page.has_more:
            return told, cursor


def partner() -> str:
    """A partner says who it is, keeps a seminar under its own id, and hears of it in the feed."""
    form = TokenRequest(
        grant_type="client_credentials",
        client_id=os.environ["EINLASS_CLIENT_ID"],
        client_secret=os.environ["EINLASS_CLIENT_SECRET"],
        scope="seminars:read seminars:write",
    )
    token = fetch_token.sync(client=ANYBODY, body=form)
    assert isinstance(token, ClientToken), token
    own = AuthenticatedClient(base_url=BASE, token=token.access_token)
    _, cursor = follow(own, None)

    external_id = str(uuid4())
    session = NewSession(starts_at="2030-05-07T18:00:00+02:00", ends_at="2030-05-07T20:00:00+02:00")
    channels = [NewChannel(channel=Channel.ONLINE)]
    event = ExternalSeminar(title="Von Python", kind=Kind.TALK, sessions=[session], channels=channels)

    def push() -> Response[Seminar | Problem]:
        return put_external_seminar.sync_detailed("spielwiese", external_id, client=own, body=event, system="python")

    made = push()
    assert (made.status_code, push().status_code) == (201, 200)
    event.status, event.reason_code = Status.CANCELLED, ReasonCode.SPEAKER
    assert good(push()).status == Status.CANCELLED

    told, _ = follow(own, cursor)
    heard = [one.seminar for one in told if isinstance(one.seminar, Seminar) and one.seminar.id == good(made).id]
    assert heard[-1].status == Status.CANCELLED
    return f"{good(made).id} pushed, pushed again, cancelled; heard of {len(heard)} changes"


for walk in (portal, partner):
    print(f"Python, {walk.__name__}: {walk()}")
