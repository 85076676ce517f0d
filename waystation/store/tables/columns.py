"""Column types that many tables share, so that one thing has one length everywhere."""

from __future__ import annotations

from waystation.store.schema import Key

CaseId = Key(64)
ProcessId = Key(100)
PersonId = Key(100)
#: Visit paths and node keys. Two of them with a case id still fit into one index on MariaDB (3,072 bytes).
VisitPath = Key(400)
#: Clock ids are a visit path with a suffix.
ClockId = Key(420)
Digest = Key(64)
Word = Key(40)
Name = Key(200)
