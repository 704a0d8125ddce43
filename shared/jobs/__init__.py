"""Long work, and work by the calendar: done step by step by whichever replica is free, resumable, cancellable."""

from shared.jobs.api import router
from shared.jobs.job import (
    ENDED,
    CalendarJob,
    Job,
    JobEnded,
    JobKind,
    JobName,
    JobState,
    NoSuchJob,
    Progress,
    cancel,
    find,
    listed,
    start,
    states,
)
from shared.jobs.runner import LeaseLost, Runner, run_apart
from shared.jobs.schema import DDL
from shared.jobs.upkeep import FORGET_ANSWERS, reseal_secrets

__all__ = [
    "DDL",
    "ENDED",
    "FORGET_ANSWERS",
    "CalendarJob",
    "Job",
    "JobEnded",
    "JobKind",
    "JobName",
    "JobState",
    "LeaseLost",
    "NoSuchJob",
    "Progress",
    "Runner",
    "cancel",
    "find",
    "listed",
    "reseal_secrets",
    "router",
    "run_apart",
    "start",
    "states",
]
