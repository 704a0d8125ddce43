"""The table of jobs: in schema `msg`, beside the messages, because a worker must see those of every tenant."""

from __future__ import annotations

# Nobody may take a job up before `due_at`: it is the end of the lease while somebody has it, and of the pause after a
# failure. What was served last stands at the end of the queue, so a long job lets the short ones pass.
TABLE = """
create table msg.job (
  tenant_id uuid not null,
  id uuid not null,
  kind text not null,
  state text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
  started_by text not null,
  payload jsonb not null,
  cursor jsonb not null default '{}',
  done integer not null default 0,
  total integer not null default 0,
  result jsonb,
  error text,
  attempts smallint not null default 0,
  lease uuid,
  due_at timestamptz not null default msg.clock(),
  created_at timestamptz not null default msg.clock(),
  finished_at timestamptz,
  primary key (tenant_id, id)
)
"""
INDEX = "create index job_due on msg.job (due_at) where state in ('queued', 'running')"  # what to take up next
DDL = (TABLE, INDEX)
