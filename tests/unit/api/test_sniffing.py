"""What files are, by their bytes, and what they are called."""

from __future__ import annotations

import io
import zipfile

import pytest

from designer_api.objects.sniffing import LONGEST_NAME, clean_name, sniff
from waystation.contracts.errors import Refused


def archive(*parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for part in parts:
            made.writestr(part, "x")
    return out.getvalue()


WORD = ("[Content_Types].xml", "word/document.xml")


@pytest.mark.parametrize(
    ("data", "name", "media_type"),
    [
        (b"\x89PNG\r\n\x1a\n...", "a.exe", "image/png"),
        (b"\xff\xd8\xff\xe0", "a.png", "image/jpeg"),
        (b"%PDF-1.7", "contract.docx", "application/pdf"),
        (b"RIFF....WEBP", "a", "image/webp"),
        (b"\0\0\0\x18ftypheic", "a", "image/heic"),
        (b"\0\0\0\x18ftypisom", "a", "video/mp4"),
        (archive("a.txt"), "a.docx", "application/zip"),
        (archive(*WORD), "a.zip", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("数量,价格\n1,2".encode(), "a.csv", "text/csv"),
        ("\ufeff你好".encode(), "a.txt", "text/plain"),
        (b"", "empty", "text/plain"),
    ],
)
def test_the_bytes_decide(data: bytes, name: str, media_type: str) -> None:
    """The name matters only between texts."""
    assert sniff(data, name) == media_type


@pytest.mark.parametrize(
    "data",
    [
        b"<html><script>alert(1)</script>",
        b"  \n<svg xmlns='http://www.w3.org/2000/svg'/>",
        "\ufeff<!DOCTYPE html>".encode(),
        b"MZ\x90\x00\x03",
        b"\x7fELF\x02\x01",
        b"PK\x03\x04 no archive at all",
        archive(*WORD, "word/vbaProject.bin"),
        "中文".encode("gb18030"),
        b"text\0with a NUL",
    ],
    ids=["html", "svg", "bom_html", "windows", "linux", "broken_zip", "macros", "gb18030", "nul"],
)
def test_what_may_run_or_is_unknown_is_refused(data: bytes) -> None:
    """Pages, pictures with scripts, programs, office files with macros, and what is nothing that we know."""
    with pytest.raises(Refused, match="unsupported_type"):
        sniff(data, "harmless.png")


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\报价单.xlsx", "报价单.xlsx"),
        ("gpj\u202eexe.txt", "gpjexe.txt"),
        ("a\r\nSet-Cookie: x.png", "a Set-Cookie_ x.png"),
        ('q"uo<te>|?.pdf', "q_uo_te___.pdf"),
        ("con.txt", "_con.txt"),
        ("...", "file"),
        ("   ", "file"),
        (None, "file"),
        ("e\u0301.png", "é.png"),
        ("a" * 500 + ".png", "a" * (LONGEST_NAME - 4) + ".png"),
    ],
)
def test_names_are_cleaned(given: str | None, name: str) -> None:
    """No folders, no control or direction marks, no device of Windows, one form of a letter, and not too long."""
    assert clean_name(given) == name
