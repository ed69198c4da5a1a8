"""A Dask cluster as an executor of chunks."""

from __future__ import annotations

import contextlib
import logging
import socket
from collections.abc import Iterator
from concurrent.futures import Executor
from typing import Any

import econsim
from econsim.errors import InputError, Problem

TIMEOUT = 10.0  # seconds that a scheduler has to answer
LONGEST_GREETING = 1_000_000  # bytes
LOGGERS = ("distributed", "distributed.comm", "distributed.client", "tornado.application", "asyncio")


@contextlib.contextmanager
def cluster(address: str) -> Iterator[Executor]:
    """An executor whose work is done by the workers of a running Dask cluster.

    address : of its scheduler, such as tcp://192.168.1.10:8786
    raises  : InputError where Dask is not installed, nobody answers, there are no workers, they have another version
              of econsim, or a piece of work has killed one after the other
    """
    try:
        from distributed import Client, KilledWorker
        from distributed.comm import CommClosedError, get_address_host_port, parse_address
    except ImportError:
        message = "needs Dask, which is not installed: python -m pip install 'econsim[cluster]'"
        raise InputError(Problem("cluster", message)) from None
    loggers = [logging.getLogger(name) for name in LOGGERS]
    levels = [logger.level for logger in loggers]
    for logger in loggers:  # what goes wrong is told once, below
        logger.setLevel(logging.CRITICAL)
    client: Any = None
    try:
        try:
            where = get_address_host_port(address)  # a client complains of a malformed one once it is half made
            with socket.create_connection(where, TIMEOUT) as connection:
                if parse_address(address)[0] == "tcp":
                    _check_greeting(connection)
            client = Client(address, timeout=TIMEOUT, set_as_default=False)
        except Exception as error:  # a malformed address raises whatever the parsing of its parts raises
            message = f"no Dask scheduler can be reached there: {_reason(error)}"
            allowed = "the address of a scheduler, such as tcp://127.0.0.1:8786"
            raise InputError(Problem("cluster", message, repr(address)[:80], allowed)) from None
        _check_workers(client, address)
        try:
            yield client.get_executor(pure=False)
        except (KilledWorker, CommClosedError) as error:
            message = f"broke down: {_reason(error)}; what was done is kept"
            raise InputError(Problem("cluster", message, repr(address)[:80])) from None
        except InputError as error:
            if error.problems[0].field != "executor" or client.status == "running":
                raise
            message = "its scheduler was lost; what was done is kept, for --resume"  # Dask calls that cancelled work
            raise InputError(Problem("cluster", message, repr(address)[:80])) from None
    finally:
        if client is not None:
            client.close(timeout=2)
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _check_greeting(connection: socket.socket) -> None:
    """Raise OSError where no Dask scheduler listens: a client would wait for ever, or take any text for a size."""
    size = b""  # of the greeting that follows, least byte first
    while len(size) < 8 and (more := connection.recv(8 - len(size))):
        size += more
    if len(size) < 8 or not 0 < int.from_bytes(size, "little") < LONGEST_GREETING:
        raise OSError("what listens there is something else")


def _check_workers(client: Any, address: str) -> None:
    try:
        versions = client.run(version)
    except Exception as error:
        message = f"its workers cannot run econsim: {_reason(error)}; install econsim {econsim.__version__} there"
        raise InputError(Problem("cluster", message, repr(address)[:80])) from None
    if not versions:
        raise InputError(Problem("cluster", "has no workers", repr(address)[:80]))
    others = sorted({str(found) for found in versions.values() if found != econsim.__version__})
    if others:
        message = f"its workers have econsim {', '.join(others)}, and this is {econsim.__version__}"
        raise InputError(Problem("cluster", message, repr(address)[:80]))


def _reason(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text[:200] or type(error).__name__


def version() -> str:
    """The version of econsim where this is called."""
    return econsim.__version__
