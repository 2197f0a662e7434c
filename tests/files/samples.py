"""Small files of every kind that is taken, and some of kinds that are not."""

import io
import zipfile
from collections.abc import Mapping

from xlsxwriter import Workbook

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
TEXT = b"Sats;Utbyte\nB-001;84 %\n"
PROGRAM = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff"
PAGE = b"<!DOCTYPE html><html><body><script>alert(1)</script></body></html>"
PICTURE_WITH_SCRIPT = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'


def archive(parts: Mapping[str, bytes]) -> bytes:
    """Return a ZIP archive of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as whole:
        for name, content in parts.items():
            whole.writestr(name, content)
    return out.getvalue()


def document(main: str, **more: bytes) -> bytes:
    """Return an Office document with such a main part."""
    types = f'<Types><Override ContentType="application/vnd.openxmlformats-officedocument.{main}"/></Types>'
    return archive({"[Content_Types].xml": types.encode(), **more})


def workbook() -> bytes:
    """Return a spreadsheet as a program writes it."""
    out = io.BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        book.add_worksheet()
    return out.getvalue()


DOCX = document("wordprocessingml.document.main+xml")
PPTX = document("presentationml.presentation.main+xml")
ODT = archive({"mimetype": b"application/vnd.oasis.opendocument.text"})
ODS = archive({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"})
WITH_MACROS = document("wordprocessingml.document.main+xml", **{"word/vbaProject.bin": b"x"})
