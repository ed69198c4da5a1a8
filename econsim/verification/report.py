"""What verifying something found: every difference by name, and what could not be looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SHOWN = 8  # differences of one file that are told one by one


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it should be.

    file   : below the folder that was verified
    place  : where in it, such as `metrics.rd_relative.p50` or `line 14`; empty: the file itself
    stored : what is there
    found  : what a rerun gives, or what the manifest says
    """

    file: str
    place: str
    stored: str
    found: str

    def __str__(self) -> str:
        where = f"{self.file}: {self.place}: " if self.place else f"{self.file}: "
        return f"{where}{self.stored}; a rerun gives {self.found}" if self.found else f"{where}{self.stored}"


@dataclass(frozen=True)
class Verification:
    """What was verified, and what came of it.

    path        : as given
    kind        : `run`, `comparison` or `brief`
    identity    : run_id, or id of the brief
    version     : of econsim that wrote it
    here        : of econsim that verified it
    numbers     : how many numbers a rerun gave again
    files       : how many files were compared with their hash
    differences : none where everything agrees
    notes       : what a reader of the verdict has to know, what could not be compared among it
    but         : what was not verified at all; empty where everything was
    """

    path: str
    kind: str
    identity: str
    version: str
    here: str
    numbers: int
    files: int
    differences: tuple[Difference, ...]
    notes: tuple[str, ...]
    but: str = ""

    @property
    def ok(self) -> bool:
        """Whether everything agrees."""
        return not self.differences

    @property
    def sentence(self) -> str:
        """The verdict."""
        what = f"{self.kind} {self.identity}"
        if self.ok:
            hashes = f" and the hashes of {self.files:,} files" if self.files > 1 else ""
            verified = f"Verified except {self.but}" if self.but else "Verified"
            return f"{verified}: {what}. {self.numbers:,} numbers of a rerun{hashes} agree."
        count = len(self.differences)
        return f"Not verified: {what}. {count:,} {'difference' if count == 1 else 'differences'}."

    def summary(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "verified": self.ok,
            "path": self.path,
            "kind": self.kind,
            "id": self.identity,
            "version": self.version,
            "verified_with": self.here,
            "numbers": self.numbers,
            "files": self.files,
            "differences": [
                {"file": one.file, "place": one.place, "stored": one.stored, "rerun": one.found}
                for one in self.differences
            ],
            "notes": list(self.notes),
            "not_verified": self.but,
        }


__all__ = ["SHOWN", "Difference", "Verification"]
