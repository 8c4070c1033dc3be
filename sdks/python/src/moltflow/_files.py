"""Files that are uploaded, and the form they travel in."""

from __future__ import annotations

import json
import mimetypes
import os
import secrets
from typing import Any, Dict, IO, Tuple, Union

#: Bytes, a path, an open file, or a name with bytes.
FileInput = Union[bytes, "os.PathLike[str]", IO[bytes], Tuple[str, bytes]]


def _read(file: Any) -> Tuple[str, bytes]:
    if isinstance(file, tuple):
        name, content = file
        return str(name), bytes(content)
    if isinstance(file, (bytes, bytearray, memoryview)):
        return "file", bytes(file)
    if hasattr(file, "read"):
        content = file.read()
        if isinstance(content, str):
            raise TypeError("file: open it in binary mode")
        return os.path.basename(str(getattr(file, "name", "file"))), content
    if isinstance(file, (str, os.PathLike)):
        with open(file, "rb") as opened:
            return os.path.basename(os.fspath(file)), opened.read()
    raise TypeError("file: bytes, a path, an open file or (name, bytes)")


def encode_form(fields: Dict[str, Any], file: Any) -> Tuple[str, bytes]:
    """The content type and the body of a form with these fields and the file."""
    boundary = secrets.token_hex(16)
    name, content = _read(file)
    parts = []
    for field, value in fields.items():
        if value is None:
            continue
        text = value if isinstance(value, str) else json.dumps(value, allow_nan=False)
        parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{text}\r\n'.encode())
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    shown = name.replace("%", "%25").replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
    parts.append(
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{shown}"\r\n'
        f"Content-Type: {kind}\r\n\r\n".encode()
    )
    parts.append(content)
    parts.append(f"\r\n--{boundary}--\r\n".encode())
    return f"multipart/form-data; boundary={boundary}", b"".join(parts)
