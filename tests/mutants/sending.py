"""Bugs of sending: events lost, overtaken, doubled or changed on their way from the outbox to the broker."""

from tests.mutants.mutant import Mutant, one_edit

RELAY, PUBLISHER = "shared/messaging/relay.py", "shared/messaging/publisher.py"
TESTS = "tests/shared/messaging"

SENDING = (
    one_edit(
        "the relay remembers the highest id it sent and never looks below it",
        RELAY,
        """FLOOR_BELOW = 5_000  # ids; how far below the last one sent a late commit is found without waiting
FLOOR_FOR = 2.0  #""",
        """FLOOR_BELOW = 0
FLOOR_FOR = 1e9  #""",
        f"{TESTS}/test_relay.py::test_a_transaction_that_commits_late_with_a_low_number_is_found",
    ),
    one_edit(
        "events leave the outbox although the broker has not confirmed them",
        RELAY,
        "            if failure is None:\n                result.sent.append(row.id)",
        "            if failure is None or failure.fault is Fault.LINK:\n                result.sent.append(row.id)",
        f"{TESTS}/test_relay.py::test_a_link_that_is_down_costs_no_attempt",
    ),
    one_edit(
        "a broker that is away costs the event an attempt",
        RELAY,
        "                result.link = failure.reason\n",
        "                result.link = failure.reason\n                _refuse(result, row, failure)\n",
        f"{TESTS}/test_relay.py::test_a_link_that_is_down_costs_no_attempt",
    ),
    one_edit(
        "two relays may hold one lane",
        RELAY,
        "limit 1 for update of lane skip locked",
        "limit 1",
        f"{TESTS}/test_relay.py::test_two_relays_never_hold_one_lane",
    ),
    one_edit(
        "a later event overtakes one about the same thing that was refused",
        RELAY,
        "if row.subject in result.blocked:",
        "if row.subject in ():",
        f"{TESTS}/test_relay.py::test_a_refused_event_waits_and_what_comes_later_about_the_same_thing_waits_with_it",
    ),
    one_edit(
        "an event announced later overtakes one about the same thing that waits",
        RELAY,
        "if row.held is not None:",
        "if False:",
        f"{TESTS}/test_relay.py"
        "::test_what_is_announced_while_an_earlier_event_about_the_same_thing_waits_does_not_overtake_it",
    ),
    one_edit(
        "events are announced before the change they tell of is committed",
        "shared/work.py",
        """        yield current
        if current.announced:
            await keep(session, current.announced, tenant_id=actor.tenant_id, cause=current.cause, at=now)
""",
        """        try:
            yield current
        finally:
            if current.announced:
                async with transaction(database) as apart:
                    await keep(apart, current.announced, tenant_id=actor.tenant_id, cause=current.cause, at=now)
""",
        f"{TESTS}/test_relay.py::test_work_that_is_undone_leaves_nothing_to_be_sent",
    ),
    Mutant(
        "every event of a batch is sent in the name of the tenant of the first",
        RELAY,
        (
            ("from dataclasses import dataclass, field\n", "from dataclasses import dataclass, field, replace\n"),
            (
                "[envelope_of(row) for row in window]",
                "[replace(envelope_of(row), tenant_id=window[0].tenant_id) for row in window]",
            ),
        ),
        (f"{TESTS}/test_relay.py::test_events_of_two_tenants_that_are_sent_together_keep_each_its_own",),
    ),
    one_edit(
        "an event that can never be sent is dropped instead of parked",
        RELAY,
        "        if given_up:\n",
        "        await send(session, SENT, {'lane': lane, 'ids': [row.id for row, _ in given_up]})\n"
        "        if False:\n",
        f"{TESTS}/test_relay.py::test_after_twenty_refusals_an_event_is_put_aside",
    ),
    one_edit(
        "the body is written anew when it is sent",
        RELAY,
        "body=row.payload,",
        "body=__import__('json').dumps(__import__('json').loads(row.payload)).encode(),",
        f"{TESTS}/test_relay.py::test_an_event_is_logged_as_it_was_announced_with_its_place_in_the_outbox",
    ),
    one_edit(
        "the trace is the sender's, not the one in which the event was announced",
        RELAY,
        "traceparent=row.traceparent,",
        "traceparent=telemetry.current_traceparent(),",
        f"{TESTS}/test_tracing.py::test_from_the_click_to_the_reaction_it_is_one_trace",
    ),
    one_edit(
        "messages are transient, as aio-pika has them by default",
        "shared/messaging/amqp.py",
        "DeliveryMode.PERSISTENT",
        "DeliveryMode.NOT_PERSISTENT",
        f"{TESTS}/test_rabbitmq.py::test_a_message_says_everything_of_itself_on_the_wire",
    ),
    one_edit(
        "nobody asks to be told when a message reached no queue",
        PUBLISHER,
        "mandatory=True",
        "mandatory=False",
        f"{TESTS}/test_rabbitmq.py::test_what_is_returned_because_nothing_at_all_is_bound_can_never_be_sent",
    ),
    one_edit(
        "a message that came back counts as sent",
        PUBLISHER,
        """    except PublishError:
        return Failure(
            f"returned by the broker: nothing is bound to {letter.routing_key} of {exchange}", Fault.PERMANENT
        )
""",
        "    except PublishError:\n        return None\n",
        f"{TESTS}/test_rabbitmq.py::test_what_is_returned_because_nothing_at_all_is_bound_can_never_be_sent",
    ),
    one_edit(
        "`except Exception` round the publish, which the CancelledError of an ended connection passes by",
        PUBLISHER,
        """    except asyncio.CancelledError as cancelled:
        if is_wanted(cancelled):
            raise
        return Failure("the connection ended under the publish", Fault.LINK)
""",
        """    except Exception as error:
        return Failure(f"no confirmation: {error!r}", Fault.LINK)
""",
        f"{TESTS}/test_losing_the_broker.py::test_a_publish_whose_connection_ends_is_a_link_failure",
    ),
    one_edit(
        "an inbox that cannot be reached counts as delivered to",
        "shared/messaging/in_process.py",
        'failure = Failure(f"{target.inbox.service}: {type(error).__name__}", Fault.LINK)',
        "failure = None",
        f"{TESTS}/test_worker.py"
        "::test_an_unreachable_service_keeps_its_events_with_the_sender_and_the_others_have_theirs",
    ),
)
