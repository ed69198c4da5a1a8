"""Execute the notebooks: at full size into runs/notebooks/ (`make notebooks`), or in place as committed (`--refresh`).

A notebook reads the number of its futures from ECONSIM_NOTEBOOK_DRAWS. Outputs are kept small and deterministic:
figures as SVG, no execution times, no counters.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parent
FULL_SIZE = "1024"


def executed(path: Path) -> nbformat.NotebookNode:
    """The notebook with the outputs that it gives now. Raises nbclient.exceptions.CellExecutionError."""
    notebook = nbformat.read(path, as_version=4)
    where = {"metadata": {"path": str(FOLDER)}}
    client = NotebookClient(notebook, timeout=1800, kernel_name="python3", resources=where, coalesce_streams=True)
    client.execute()
    return cleaned(notebook)


def cleaned(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Without what changes from run to run or from machine to machine."""
    notebook.metadata = nbformat.from_dict(
        {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    )
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({})
        if cell.cell_type == "code":
            cell.execution_count = None
            # Packages warn there, with paths of this machine in it.
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
            for output in cell.outputs:
                if "execution_count" in output:
                    output.execution_count = None
                if "image/svg+xml" in output.get("data", {}):
                    output.data.pop("text/plain", None)
    return notebook


def main() -> int:
    """Execute the notebooks named, or all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="notebooks; default: all")
    parser.add_argument("--refresh", action="store_true", help="at the committed size, in place")
    options = parser.parse_args()
    paths = [FOLDER / name for name in options.names] or sorted(FOLDER.glob("*.ipynb"))
    out = FOLDER if options.refresh else FOLDER.parent / "runs" / "notebooks"
    out.mkdir(parents=True, exist_ok=True)
    if not options.refresh:
        os.environ.setdefault("ECONSIM_NOTEBOOK_DRAWS", FULL_SIZE)
    for path in paths:
        began = time.perf_counter()
        nbformat.write(executed(path), out / path.name)
        print(f"{path.name}: {time.perf_counter() - began:.0f} s", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
