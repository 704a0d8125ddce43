"""The envelope comes out as it went in, and nothing that is not one gets through."""

from dataclasses import replace
from datetime import UTC
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.ids import new_id
from shared.messaging.envelope import BODY_MAX, PREFIX, Envelope, Poison, read
from tests.shared.messaging.deliveries import an_envelope
from tests.shared.messaging.probe import Noted

ids = st.uuids()
instants = st.datetimes(timezones=st.just(UTC))
traces = st.none() | st.from_regex(r"\A00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]\Z")
envelopes = st.builds(
    Envelope,
    event_id=ids,
    tenant_id=ids,
    type=st.from_regex(r"\Athroughline\.[a-z]{1,9}\.[a-z_]{1,9}\.[a-z_]{1,9}\.v[1-9]\Z"),
    schema_minor=st.integers(0, 2**15 - 1),
    subject=st.from_regex(r"\A[a-z_]{1,9}/[0-9a-f-]{1,40}\Z"),
    sequence=st.integers(0, 2**63 - 1),
    correlation_id=ids,
    causation_id=st.none() | ids,
    traceparent=traces,
    occurred_at=instants,
    recorded_at=instants,
    body=st.binary(max_size=200),
)


@given(envelopes)
def test_an_envelope_survives_the_journey(envelope: Envelope) -> None:
    assert read(envelope.headers(), envelope.body) == envelope


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.none() | st.binary()))
def test_anything_else_is_poison_and_nothing_worse(headers: dict[str, object]) -> None:
    with pytest.raises(Poison):
        read({PREFIX + name: value for name, value in headers.items()} | {PREFIX + "tenantid": "x"}, b"")


@given(st.integers(0, 2**63 - 2))
def test_sequences_sort_as_text(sequence: int) -> None:
    envelope = an_envelope(Noted(thing_id=new_id(), number=1))
    lower = replace(envelope, sequence=sequence).attributes()["sequence"]
    assert lower < replace(envelope, sequence=sequence + 1).attributes()["sequence"]


def test_the_names_are_those_of_cloudevents() -> None:
    envelope = replace(
        an_envelope(Noted(thing_id=UUID(int=1), number=1)), traceparent="00-" + "a" * 32 + "-" + "b" * 16 + "-01"
    )
    headers = envelope.headers()

    assert headers["cloudEvents_specversion"] == "1.0"
    assert headers["cloudEvents_type"] == "throughline.writer.thing.noted.v1"
    assert headers["cloudEvents_source"] == "/throughline/writer"
    assert headers["cloudEvents_subject"] == headers["cloudEvents_partitionkey"] == f"thing/{UUID(int=1)}"
    assert headers["cloudEvents_dataschema"] == "urn:throughline:contracts:writer.thing.noted:1.0"
    assert headers["cloudEvents_traceparent"] == headers["traceparent"] == envelope.traceparent
    assert envelope.routing_key == "writer.thing.noted"


def test_a_body_of_a_mebibyte_passes_and_one_byte_more_does_not() -> None:
    headers = an_envelope(Noted(thing_id=new_id(), number=1)).headers()
    read(headers, b"x" * BODY_MAX)

    with pytest.raises(Poison, match="1048577 bytes") as caught:
        read(headers, b"x" * (BODY_MAX + 1))
    assert caught.value.reason == "too_large"
