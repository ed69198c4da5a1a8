"""Files of a sweep: written whole or not at all, the same bytes for the same numbers, and checked when read."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from econsim.store import as_json

if TYPE_CHECKING:
    import pyarrow

PARTIAL = ".partial"
COMPRESSION = "zstd"
ADDRESS = b"econsim"  # key in a chunk file's metadata


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """A file that appears under its name when it is complete, and safe on the disk."""
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}{PARTIAL}")
    try:
        with partial.open("wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        raise


def write_json(path: Path, content: Any) -> None:
    """JSON as econsim writes it."""
    with whole_file(path) as stream:
        stream.write(as_json(content).encode())


def write_text(path: Path, pieces: Iterable[str]) -> None:
    """Text, given piece by piece, as UTF-8."""
    with whole_file(path) as stream:
        stream.writelines(piece.encode() for piece in pieces)


def remove_partial(folder: Path) -> None:
    """Take away what a killed process left half-written."""
    for path in folder.rglob(f".*{PARTIAL}"):
        path.unlink(missing_ok=True)


# ---------------------------------------------------------------------------------------------------- tables


def chunk_bytes(columns: Mapping[str, np.ndarray], address: str, engine: str) -> bytes:
    """The content of a chunk file. Engines agree to rounding, not to the last bit, so the file says which it was."""
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    table = pa.table({name: pa.array(values) for name, values in columns.items()})
    table = table.replace_schema_metadata({ADDRESS: _told(address, engine)})
    with parquet_writer(sink, table.schema) as writer:
        writer.write_table(table)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def parquet_writer(sink: Any, schema: pyarrow.Schema, statistics: bool = False) -> Any:
    """A writer of Parquet as all files of a sweep are: compressed, with checksums, no dictionary for floats.

    statistics : least and largest value of each column and group, for files that are searched
    """
    import pyarrow.parquet as pq

    return pq.ParquetWriter(
        sink,
        schema,
        compression=COMPRESSION,
        use_dictionary=False,
        write_page_checksum=True,
        write_statistics=statistics,
    )


def write_chunk(path: Path, columns: Mapping[str, np.ndarray], address: str, engine: str) -> int:
    """Write a chunk file; the number of bytes."""
    content = chunk_bytes(columns, address, engine)
    with whole_file(path) as stream:
        stream.write(content)
    return len(content)


def damage() -> tuple[type[Exception], ...]:
    """What reading a damaged file raises: a bit of its footer may promise columns of a kind that there is not."""
    import pyarrow

    return OSError, ValueError, LookupError, pyarrow.ArrowException


def read_chunk(path: Path, columns: Sequence[str] | None = None) -> dict[str, np.ndarray]:
    """Columns of a chunk file by name, checksums verified; one of `damage()` where it is damaged."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        table = file.read(columns=None if columns is None else list(columns), use_threads=False)
    return {name: table.column(name).to_numpy() for name in table.column_names}


def _told(address: str, engine: str) -> bytes:
    return json.dumps({"address": address, "engine": engine}).encode()


def chunk_is_good(
    path: Path, address: str, engine: str, columns: Sequence[str], rows: int, same_writer: bool = True
) -> bool:
    """Whether a chunk file can be read to its last byte and holds what its name promises.

    same_writer : whether this version of pyarrow wrote it: then it is what is written of the numbers in it, byte for
                  byte. Checksums alone leave out the footer, where one bit can make other numbers of a page.
    """
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            told = (file.schema_arrow.metadata or {}).get(ADDRESS)
            if told != _told(address, engine) or tuple(file.schema_arrow.names) != tuple(columns):
                return False
            table = file.read(use_threads=False)
        if table.num_rows != rows:
            return False
        numbers = {name: table.column(name).to_numpy() for name in table.column_names}
        return not same_writer or chunk_bytes(numbers, address, engine) == path.read_bytes()
    except damage():
        return False


def chunk_name(index: int, address: str) -> str:
    """Name of a chunk file in the folder of its scenario."""
    return f"{index:06d}-{address}.parquet"


def bytes_left(folder: Path) -> int:
    """Free bytes where the folder is, or will be."""
    import shutil

    there = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    return shutil.disk_usage(there).free
