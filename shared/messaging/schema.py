"""The tables that events pass through: schema `msg`, the same in every service's database, without tenants' walls.

The outbox stays small: its rows leave for the event log, which is kept in daily parts. The inbox remembers what each
consumer has done, in monthly parts of the ids' own time, so that one key stays unique over all of them.
"""

from __future__ import annotations

from typing import Any, Protocol

from sqlalchemy import text

from shared.announcements import LANES

STATUSES = "'pending', 'done', 'retry', 'waiting', 'parked', 'discarded'"
DUE = "status in ('pending', 'retry', 'waiting')"

# Every scheduling decision asks this one clock, the database's; a test may put another in its place.
CLOCK = """
create function msg.clock() returns timestamptz language sql stable as 'select clock_timestamp()'
"""

# No index but the key, no updates on the way that succeeds: one dead row per event, swept up at a fixed number.
OUTBOX = """
create table msg.outbox (
    lane smallint not null,
    id bigint generated always as identity,
    event_id uuid not null,
    tenant_id uuid not null,
    type text not null,
    schema_minor smallint not null,
    subject text not null,
    correlation_id uuid not null,
    causation_id uuid,
    traceparent text,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    payload bytea not null,
    attempts smallint not null default 0,
    not_before timestamptz,
    last_error text,
    primary key (lane, id)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0,
        autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 5000)
"""

OUTBOX_LANE = """
create table msg.outbox_lane (
    lane smallint primary key,
    last_run timestamptz not null default 'epoch',
    paused boolean not null default false
)
"""

OUTBOX_PARKED = """
create table msg.outbox_parked (
    like msg.outbox,
    parked_at timestamptz not null default clock_timestamp(),
    primary key (lane, id)
)
"""

EVENT_LOG = """
create table msg.event_log (
    recorded_at timestamptz not null,
    event_id uuid not null,
    sequence bigint not null,
    tenant_id uuid not null,
    type text not null,
    schema_minor smallint not null,
    subject text not null,
    correlation_id uuid not null,
    causation_id uuid,
    traceparent text,
    occurred_at timestamptz not null,
    published_at timestamptz not null,
    payload bytea not null,
    primary key (recorded_at, event_id)
) partition by range (recorded_at)
"""

INBOX = f"""
create table msg.inbox (
    consumer text not null,
    event_id uuid not null,
    status text not null constraint known_status check (status in ({STATUSES})),
    tenant_id uuid,
    type text,
    subject text,
    sequence bigint,
    attempts smallint not null default 0,
    crashes smallint not null default 0,
    next_at timestamptz,
    waiting_for text,
    waiting_since timestamptz,
    received_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    attributes jsonb,
    body bytea,
    error_type text,
    error_text text,
    error_fingerprint text,
    primary key (consumer, event_id)
) partition by range (event_id)
"""

INDEXES = (
    "create index event_log_thread on msg.event_log (correlation_id)",  # one thread, from end to end
    f"create index inbox_due on msg.inbox (next_at) where {DUE}",  # what to run next
    f"create index inbox_subject on msg.inbox (consumer, subject, sequence) where {DUE} or status = 'parked'",
    "create index inbox_waiting on msg.inbox (tenant_id, waiting_for) where waiting_for is not null",
    "create index inbox_parked on msg.inbox (consumer, error_fingerprint) where status = 'parked'",
)

# What a worker is about to run. A row that outlives its run tells that the process died on one of these messages.
INBOX_RUN = """
create table msg.inbox_run (
    worker uuid primary key,
    started_at timestamptz not null default clock_timestamp(),
    consumers text[] not null,
    event_ids uuid[] not null
)
"""

# Who has ever done anything here: what is done by the calendar is done for each of them.
TENANT = """
create table msg.tenant (
    id uuid primary key
)
"""

UUID7_FROM = """
create function msg.uuid7_from(instant timestamptz) returns uuid language sql immutable as $$
    select cast(rpad(lpad(to_hex(cast(floor(extract(epoch from instant) * 1000) as bigint)), 12, '0'), 32, '0') as uuid)
$$
"""

# A part cannot be added while the default part holds rows of its range: those are moved first, with the door shut.
ADD_PART = """
create function msg.add_part(parent text, part text, key text, lower text, upper text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if to_regclass('msg.' || part) is not null then
        return;
    end if;
    execute format('create table msg.%1$I (like msg.%2$I including all) with (autovacuum_vacuum_scale_factor = 0.05)',
                   part, parent);
    execute format('lock table msg.%I in access exclusive mode', parent || '_default');
    execute format('with moved as (delete from msg.%1$I where %2$I >= %3$L and %2$I < %4$L returning *)
                    insert into msg.%5$I select * from moved', parent || '_default', key, lower, upper, part);
    execute format('alter table msg.%I attach partition msg.%I for values from (%L) to (%L)',
                   parent, part, lower, upper);
end $$
"""

# Runs with the owner's rights, because the app role makes no tables.
MAINTAIN = """
create function msg.maintain(log_days integer default 400, inbox_days integer default 90) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
    first timestamptz;
    part record;
    kept boolean;
begin
    perform pg_advisory_xact_lock(hashtextextended('msg.maintain', 0));
    for step in -1..7 loop
        first := date_trunc('day', now()) + make_interval(days => step);
        perform msg.add_part('event_log', 'event_log_' || to_char(first, 'YYYYMMDD'), 'recorded_at',
                             cast(first as text), cast(first + interval '1 day' as text));
    end loop;
    for step in -1..3 loop
        first := date_trunc('month', now()) + make_interval(months => step);
        perform msg.add_part('inbox', 'inbox_' || to_char(first, 'YYYYMM'), 'event_id',
                             cast(msg.uuid7_from(first) as text),
                             cast(msg.uuid7_from(first + interval '1 month') as text));
    end loop;
    for part in select relname from pg_class where relnamespace = 'msg'::regnamespace and relkind = 'r'
                and relname ~ '^event_log_[0-9]{8}$' loop
        if to_date(right(part.relname, 8), 'YYYYMMDD') < now() - make_interval(days => log_days + 1) then
            execute format('drop table msg.%I', part.relname);
        end if;
    end loop;
    for part in select relname from pg_class where relnamespace = 'msg'::regnamespace and relkind = 'r'
                and relname ~ '^inbox_[0-9]{6}$' loop
        if to_date(right(part.relname, 6), 'YYYYMM') + interval '1 month' < now() - make_interval(days => inbox_days)
        then
            execute format('select exists (select from msg.%I where status not in (''done'', ''discarded''))',
                           part.relname) into kept;
            if not kept then
                execute format('drop table msg.%I', part.relname);
            end if;
        end if;
    end loop;
    delete from msg.inbox_default
    where status in ('done', 'discarded') and received_at < now() - make_interval(days => inbox_days);
    delete from msg.event_log_default where recorded_at < now() - make_interval(days => log_days);
end $$
"""

# Empty as long as every event is taken at once; says which things have an event that came back.
KEEP_ORDER_UP = ("create index outbox_held on msg.outbox (lane, subject, id) where not_before is not null",)
KEEP_ORDER_DOWN = ("drop index msg.outbox_held",)

CREATE: tuple[str, ...] = (
    "create schema msg",
    CLOCK,
    OUTBOX,
    OUTBOX_LANE,
    f"insert into msg.outbox_lane (lane) select generate_series(0, {LANES - 1})",
    OUTBOX_PARKED,
    EVENT_LOG,
    INBOX,
    *INDEXES,
    "create table msg.event_log_default partition of msg.event_log default",
    "create table msg.inbox_default partition of msg.inbox default",
    INBOX_RUN,
    TENANT,
    UUID7_FROM,
    ADD_PART,
    MAINTAIN,
    "select msg.maintain()",
)


class Executes(Protocol):
    """A connection, or alembic's operations."""

    def execute(self, statement: Any, /) -> Any:
        """Run one statement."""


def create(on: Executes) -> None:
    """Make the schema, as the owner; the first revision of every service does."""
    for statement in CREATE:
        on.execute(text(statement.replace("::", "\\:\\:")))


def drop(on: Executes) -> None:
    """Take the schema away with everything in it."""
    on.execute(text("drop schema msg cascade"))
