"""Tells, without a question, whether anything was written to an SQLite database since one last looked.

In WAL mode SQLite keeps an index of its log in memory that all processes on the machine share: the file beside the
database whose name ends in `-shm`. Its header holds a counter that every commit raises before it is acknowledged
(https://sqlite.org/walformat.html, "The WAL-Index Header"), whichever program made it.
"""

import mmap
import os
import sqlite3

HEADER_OCTETS = 48


class Changes:
    def __init__(self, path: str) -> None:
        # SQLite takes the file away with its last connection, and would make another: so one is kept here.
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
        # Kept open: a process that closes a file, however it opened it, loses all locks that SQLite holds on it there.
        self._file = os.open(f"{path}-shm", os.O_RDONLY)
        self._index = mmap.mmap(self._file, HEADER_OCTETS, access=mmap.ACCESS_READ)

    def mark(self) -> bytes:
        """The same as long as nothing is committed, and another from the moment that a commit returns."""
        return self._index[:HEADER_OCTETS]

    def close(self) -> None:
        """To be called when this process has no other connection to the database any more."""
        self._connection.close()
        self._index.close()
        os.close(self._file)
