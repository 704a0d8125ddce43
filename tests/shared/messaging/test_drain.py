"""Messages of the inbox are acted on once, in order, and never lost."""

from uuid import UUID

from shared.clock import wall_clock
from shared.database import Database
from shared.ids import new_id
from shared.messaging.drain import Drain
from shared.messaging.envelope import Envelope
from shared.messaging.inbox import Delivery, Inbox
from tests.shared.messaging.probe import MERIDIAN, Noted, Reader, effects_of


def delivery(event: Noted, sequence: int, tenant_id: UUID = MERIDIAN) -> Delivery:
    envelope = Envelope(
        event_id=new_id(),
        tenant_id=tenant_id,
        type=event.type,
        schema_minor=0,
        subject=event.subject,
        sequence=sequence,
        correlation_id=new_id(),
        causation_id=None,
        traceparent=None,
        occurred_at=wall_clock(),
        recorded_at=wall_clock(),
        body=event.model_dump_json().encode(),
    )
    return Delivery(envelope.headers(), envelope.body, str(envelope.event_id))


async def test_a_message_that_arrives_three_times_has_one_effect(reader: Reader, reader_database: Database) -> None:
    inbox = Inbox("reader", reader.reactions, reader_database)
    drain = Drain(inbox, wall_clock)
    thing = new_id()
    twice = delivery(Noted(thing_id=thing, number=1), 1)

    await inbox.accept([twice, twice])
    assert await drain.once() == 1
    await inbox.accept([twice])

    assert await drain.once() == 0
    assert await effects_of(reader_database) == [(thing, 1)]
