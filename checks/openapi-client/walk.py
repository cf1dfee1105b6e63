"""A portal's way through the service, with nothing but the package generated from the document."""

import os
import sys
from datetime import UTC, date, datetime
from typing import TypeVar, cast
from uuid import uuid4

from einlass_client import AuthenticatedClient, Client
from einlass_client.api.auth import login
from einlass_client.api.registrations import create_registration, list_registrations
from einlass_client.api.seminars import list_seminars
from einlass_client.models.status import Status
from einlass_client.models.login import Login
from einlass_client.models.new_registration import NewRegistration
from einlass_client.models.problem import Problem
from einlass_client.types import Response

T = TypeVar("T")


def good(response: Response[T | Problem]) -> T:
    """The answer, where it is no problem."""
    assert response.parsed is not None, response.content
    assert not isinstance(response.parsed, Problem), response.parsed.title
    return response.parsed


base, password = sys.argv[1], os.environ["EINLASS_DEMO_PASSWORD"]
anybody = Client(base_url=base)
# The generator asks for a login wherever one is possible; these two operations are for anybody.
public = cast(AuthenticatedClient, anybody)

now = datetime.now(UTC)
page = good(
    list_seminars.sync_detailed(
        client=public, status=Status.SCHEDULED, free_seats=True, from_=date.today(), limit=100
    )
)
free = [
    (seminar, one.channel)
    for seminar in page.data
    if seminar.registration_opens_at is None or seminar.registration_opens_at <= now
    if seminar.registration_closes_at is None or seminar.registration_closes_at > now
    for one in seminar.channels
    if one.free_seats is not None and one.free_seats > 0
]
assert free, "no seminar is free"
seminar, channel = free[0]

email = f"python.{uuid4()}@example.org"
body = NewRegistration(channel=channel, given_name="Paula", family_name="Python", email=email)
key = str(uuid4())
first = create_registration.sync_detailed(seminar.id, client=public, body=body, idempotency_key=key)
again = create_registration.sync_detailed(seminar.id, client=public, body=body, idempotency_key=key)
receipt = good(first)
assert receipt.state.value == "pending", receipt.state
assert good(again) == receipt
assert again.headers["Idempotency-Replayed"] == "true"

organiser = "organiser@staedteregion.example"
refused = login.sync(client=anybody, body=Login(email=organiser, password="falsch"))
assert isinstance(refused, Problem) and refused.code.value == "invalid-credentials"
tokens = good(login.sync_detailed(client=anybody, body=Login(email=organiser, password=password)))

member = AuthenticatedClient(base_url=base, token=tokens.access_token)
registrations = good(list_registrations.sync_detailed(seminar.id, client=member, q=email))
assert [(one.id, one.email) for one in registrations.data] == [(receipt.id, email)]
print(f"Python: {seminar.title} ({channel.value}): registered once, found by the organiser")
