"""`econsim app`."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from pathlib import Path
from typing import Any

import click

import econsim

LAST_PORT = 65535
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Port(click.ParamType):
    """A port of TCP."""

    name = "port"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        text = str(value).strip()
        if not re.fullmatch(r"[0-9]{1,5}", text) or not 1 <= int(text) <= LAST_PORT:
            self.fail(f"must be a whole number from 1 to {LAST_PORT} (got '{text[:40]}')", param, ctx)
        return int(text)


@click.command()
@click.option("--port", type=Port(), default=8501, show_default=True, metavar="P")
@click.option("--host", default="127.0.0.1", show_default=True, metavar="H", help="Address to listen on.")
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
def app(port: int, host: str, no_browser: bool) -> int:
    """Open the explorer: a policy simulator in the browser.

    It listens on this machine only unless --host says otherwise; docs/deployment.md says what that takes.
    """
    from econsim.errors import InputError, Problem

    if importlib.util.find_spec("streamlit") is None:
        raise InputError(
            Problem("", "the explorer needs Streamlit, which is not installed: pip install 'econsim[app]'")
        )
    if host not in LOOPBACK:
        click.echo(f"The explorer will answer anybody who reaches {host}:{port}; see docs/deployment.md.", err=True)
    click.echo(f"The explorer: http://{'127.0.0.1' if host in LOOPBACK else host}:{port}  (Ctrl-C ends it)", err=True)
    options = {"server.port": port, "server.address": host, "server.headless": str(no_browser or not _screen()).lower()}
    options["logger.hideWelcomeMessage"] = "true"  # to greet, Streamlit asks the internet for this machine's address
    flags = [f"--{name}={value}" for name, value in options.items()]
    sys.stderr.flush()
    os.execv(sys.executable, [sys.executable, "-m", "streamlit", "run", str(script()), *flags])


def script() -> Path:
    """What Streamlit runs: `app.py` in the source tree, `explorer.py` in the package once that is installed.

    Streamlit reads the settings that lie beside its script, and no others: without them it sends statistics of use.
    """
    package = Path(econsim.__file__).resolve().parent
    scripts = package.parent / "app.py", package / "explorer.py"
    return next(path for path in scripts if path.is_file() and (path.parent / ".streamlit").is_dir())


def _screen() -> bool:
    """Whether a browser could be opened at all."""
    return sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


__all__ = ["app", "script"]
