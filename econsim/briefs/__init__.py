"""Policy briefs: four pages whose every number is filled from a run, and a folder with which anybody can check them."""

from __future__ import annotations

from econsim.briefs.build import brief
from econsim.briefs.bundle import Bundle, read_bundle
from econsim.briefs.spec import BriefSpec, read_brief_spec, shipped_specs

__all__ = ["BriefSpec", "Bundle", "brief", "read_brief_spec", "read_bundle", "shipped_specs"]
