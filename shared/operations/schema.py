"""The tables of operations, in schema `msg` beside the messages: made by the second revision of every service."""

from __future__ import annotations

# What operators did, message by message. Nobody changes it, not even the owner of the table.
OPERATION = """
create table msg.operation (
    id bigint generated always as identity primary key,
    at timestamptz not null default clock_timestamp(),
    tenant_id uuid,
    by text not null,
    action text not null,
    consumer text,
    event_id uuid,
    reason text,
    details jsonb not null default '{}'
)
"""
REFUSE_CHANGE = """
create function msg.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is only added to', tg_table_name using errcode = 'insufficient_privilege';
end $$
"""
APPEND_ONLY = """
create trigger append_only before update or delete on msg.operation
for each statement execute function msg.refuse_change()
"""
OPERATION_MESSAGE = (
    "create index operation_message on msg.operation (event_id) where event_id is not null"  # its history
)


# Consumers that wait for an operator, for one tenant or, where none is named, for all.
PAUSED_CONSUMER = """
create table msg.paused_consumer (
    consumer text not null,
    tenant_id uuid,
    paused_at timestamptz not null default clock_timestamp(),
    unique nulls not distinct (consumer, tenant_id)
)
"""

# A parked message put right by one person, and what another person made of it: one copy of a message at most.
EDITED_COPY = """
create table msg.edited_copy (
    id uuid primary key,
    tenant_id uuid not null,
    consumer text not null,
    event_id uuid not null,
    body bytea not null,
    reason text not null,
    proposed_by text not null,
    proposed_at timestamptz not null default clock_timestamp(),
    state text not null default 'proposed' check (state in ('proposed', 'approved', 'refused')),
    decided_by text,
    decided_at timestamptz,
    copy_id uuid unique
)
"""
EDITED_COPY_ONCE = (
    "create unique index edited_copy_once on msg.edited_copy (consumer, event_id) where state = 'approved'"
)

# What each worker last said of itself: counts since its start, and how it finds the broker.
WORKER_REPORT = """
create table msg.worker_report (
    worker uuid not null,
    at timestamptz not null default clock_timestamp(),
    counts jsonb not null,
    broker jsonb not null,
    primary key (worker, at)
)
"""
OUTBOX_DISCARDED = "alter table msg.outbox_parked add column discarded_at timestamptz"

UP = (
    OPERATION,
    REFUSE_CHANGE,
    APPEND_ONLY,
    OPERATION_MESSAGE,
    PAUSED_CONSUMER,
    EDITED_COPY,
    EDITED_COPY_ONCE,
    WORKER_REPORT,
    OUTBOX_DISCARDED,
)
DOWN = (
    "alter table msg.outbox_parked drop column discarded_at",
    "drop table msg.worker_report, msg.edited_copy, msg.paused_consumer, msg.operation",
    "drop function msg.refuse_change()",
)
