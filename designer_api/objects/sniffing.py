"""What a file is, by its bytes, and what it may be called. What the sender says of either is not believed."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from pathlib import PurePosixPath

from waystation.contracts.errors import Refused

#: Bytes of one file.
MOST = 20 * 1024 * 1024
LONGEST_NAME = 200

#: Magic bytes at the start of what may be stored -> media type. SVG and HTML are left out: they can carry scripts.
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"#!AMR", "audio/amr"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
_OPEN_XML = "application/vnd.openxmlformats-officedocument."
#: A part that only this kind of office file has -> media type.
_OFFICE = {
    "word/document.xml": f"{_OPEN_XML}wordprocessingml.document",
    "xl/workbook.xml": f"{_OPEN_XML}spreadsheetml.sheet",
    "ppt/presentation.xml": f"{_OPEN_XML}presentationml.presentation",
}
#: Programs in an office file.
_MACROS = re.compile(r"(^|/)(vbaProject\.bin|macrosheets/)", re.IGNORECASE)
_MOST_PARTS = 10_000
_HEIF = (b"heic", b"heix", b"mif1", b"msf1")
#: What no text has but programs do: control characters beside tabs and line ends.
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
#: Names that Windows takes for devices.
_DEVICES = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


def sniff(data: bytes, name: str) -> str:
    """The media type of what may be stored.

    Raises:
        Refused: `unsupported_type`.
    """
    for signature, media_type in _SIGNATURES:
        if data.startswith(signature):
            return media_type
    if data[:4] == b"RIFF" and data[8:12] in _RIFF:
        return _RIFF[data[8:12]]
    if data[4:8] == b"ftyp":
        return "image/heic" if data[8:12] in _HEIF else "video/mp4"
    if data.startswith(b"PK\x03\x04"):
        return _zip_type(data)
    if _is_text(data):
        return "text/csv" if name.lower().endswith(".csv") else "text/plain"
    raise _unsupported()


def _zip_type(data: bytes) -> str:
    """An office file by its parts, else a plain archive. Nothing is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise _unsupported() from None
    if len(parts) > _MOST_PARTS or any(_MACROS.search(part) for part in parts):
        raise _unsupported()
    office = [media_type for part, media_type in _OFFICE.items() if part in parts]
    return office[0] if office and "[Content_Types].xml" in parts else "application/zip"


def _is_text(data: bytes) -> bool:
    """UTF-8 without control characters that is no markup; an empty file is a text."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return _CONTROLS.search(text) is None and text.lstrip()[:1] != "<"


def clean_name(given: str | None) -> str:
    """A name to show and to save under: no folders, no control or direction marks, not too long, its ending kept."""
    last = (given or "").replace("\\", "/").rsplit("/", 1)[-1]
    normal = unicodedata.normalize("NFC", last)
    kept = "".join(" " if char.isspace() else char for char in normal if char.isspace() or _is_shown(char))
    name = re.sub(r'[<>:"|?*]', "_", " ".join(kept.split())).strip(" .")
    if _DEVICES.match(name):
        name = f"_{name}"
    if len(name) > LONGEST_NAME:
        ending = PurePosixPath(name).suffix[:20]
        name = name[: LONGEST_NAME - len(ending)].rstrip(" .") + ending
    return name or "file"


def _is_shown(char: str) -> bool:
    """Not a control, format (direction marks among them), private, surrogate or unassigned character."""
    return unicodedata.category(char)[0] != "C"


def _unsupported() -> Refused:
    return Refused("unsupported_type", "files of this type are not accepted", "不支持此类文件")
