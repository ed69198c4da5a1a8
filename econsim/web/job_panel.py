"""Jobs on a page: how far they are, what waits, what is done; buttons that cancel, resume and remove."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import streamlit as st

from econsim.cli_text import duration
from econsim.web import jobs
from econsim.web.frame import guard, safely
from econsim.web.jobs import Job
from econsim.web.words import moment, plain

EVERY = 1.0  # seconds between two looks at a job that runs
PAST = 12  # jobs shown of those that are over
LINES = 3  # of what a failed job told last


@st.cache_resource(show_spinner=False)
def keeper() -> threading.Thread:
    """The thread of this server that moves the queue on, so that a closed tab stops nothing."""
    return jobs.keep_going()


def show() -> None:
    """The queue and the jobs that are over, kept up to date while one runs."""
    keeper()
    busy = bool(jobs.queue())
    st.fragment(_panel, run_every=EVERY if busy else None)(busy)


def study(key: str, label: str, job: Job | None, start: Callable[..., Any], *args: Any, help: str = "") -> Job | None:
    """What a page shows of the job of one study: a button that starts it, its progress, or why it failed.

    key     : of the widgets, unique on the page
    label   : of the button
    job     : the study's newest job, if there is one
    start   : called with `args` when the button is pressed
    returns : the job once it is done
    """
    keeper()
    if job is not None and job.state == jobs.DONE:
        return job
    if job is not None and job.is_active:
        st.fragment(_one, run_every=EVERY)(job.id, key)
        return None
    if job is not None:
        _told(job)
        st.button(
            "Resume" if job.can_resume else "Run again", key=f"{key}-again", on_click=safely, args=(jobs.again, job.id)
        )
        return None
    st.button(
        label, key=f"{key}-start", on_click=safely, args=(start, *args), help=help or None, icon=":material/play_arrow:"
    )
    return None


def _one(name: str, key: str) -> None:
    """A job of the page, until it is over: then the page is shown anew."""
    with guard():  # by itself, a fragment stands under no other
        jobs.advance()
        job = jobs.read(name)
        if job is None or not job.is_active:
            st.rerun()
            return
        _progress(job, key)


def _panel(busy: bool) -> None:
    with guard():
        _queue(busy)


def _queue(busy: bool) -> None:
    jobs.advance()
    waiting = jobs.queue()
    if busy and not waiting:
        st.rerun()
    for job in waiting:
        _progress(job, "panel")
    over = [job for job in jobs.jobs() if not job.is_active]
    if not over and not waiting:
        st.caption("No job has run yet. What takes longer than a few seconds runs here, also with the page closed.")
    for job in over[:PAST]:
        _past(job)
    if len(over) > PAST:
        st.caption(f"{len(over) - PAST} older ones lie in the folder of jobs too.")


def _progress(job: Job, key: str) -> None:
    bar, button = st.columns([5, 1], vertical_alignment="center")
    told = f"**{plain(job.title)}**{_scenario(job)}: {_how_far(job)}"
    found = jobs.progress(job) if job.state == jobs.RUNNING else None
    with bar:
        st.progress(found.share if found else 0.0, text=told)
    with button:
        st.button("Cancel", key=f"{key}-cancel-{job.id}", on_click=safely, args=(jobs.cancel, job.id), width="stretch")


def _how_far(job: Job) -> str:
    if job.state == jobs.QUEUED:
        return "waits for its turn"
    found = jobs.progress(job)
    if found is None:
        return "starting"
    left = "" if found.seconds_left is None else f", {duration(found.seconds_left)} left"
    return f"{found.done:,} of {found.total:,} futures{left}"


def _past(job: Job) -> None:
    what, again, remove = st.columns([4, 1, 1], vertical_alignment="center")
    when = moment(job.ended or job.created)
    took = f", took {duration(job.ended - job.started)}" if job.started and job.state == jobs.DONE else ""
    with what:
        st.markdown(f"**{plain(job.title)}**{_scenario(job)}: {job.state}, {when}{took}")
        if job.state == jobs.FAILED:
            _told(job)
    if job.state != jobs.DONE:
        label = "Resume" if job.can_resume else "Run again"
        again.button(label, key=f"again-{job.id}", on_click=safely, args=(jobs.again, job.id), width="stretch")
    remove.button(
        "Remove", key=f"remove-{job.id}", on_click=safely, args=(jobs.remove, job.id), width="stretch",
        help="Deletes what it wrote, too.",
    )  # fmt: skip


def _told(job: Job) -> None:
    """How a job ended that is not done, with its last words."""
    words = "; ".join(job.words()[-LINES:])
    text = f"{job.title}: {job.state}." + (f" {words}" if words else "")
    (st.error if job.state == jobs.FAILED else st.info)(plain(text))


def _scenario(job: Job) -> str:
    return f" in {plain(job.scenario)}" if job.scenario else ""


__all__ = ["keeper", "show", "study"]
