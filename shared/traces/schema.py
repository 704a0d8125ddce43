"""The table of spans, in schema `msg`: unlogged, because nobody waits for them or misses them after a crash."""

from __future__ import annotations

SPAN = """
create unlogged table msg.span (
    trace_id text not null,
    span_id text not null,
    parent_id text,
    service text not null,
    name text not null,
    kind text not null,
    started_at timestamptz not null,
    ended_at timestamptz not null,
    error text,
    attributes jsonb not null,
    links text[] not null
)
"""
UP = (
    SPAN,
    "create index span_trace on msg.span (trace_id)",  # one trace as a tree
    "create index span_ended on msg.span (ended_at)",  # what is older than a day
)
DOWN = ("drop table msg.span",)
