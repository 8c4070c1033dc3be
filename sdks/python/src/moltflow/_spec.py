"""How an operation is asked, read from the line that the generator wrote."""

from __future__ import annotations

import re
from typing import List, Optional, Tuple


class Spec:
    """`POST /api/v2/messages/send key async in body`, read."""

    def __init__(self, text: str) -> None:
        self.method, self.path, *flags = text.split(" ")
        values = dict(flag.split(":", 1) for flag in flags if ":" in flag)
        self.path_names: List[str] = re.findall(r"\{(\w+)\}", self.path)
        self.has_key = "key" in flags
        self.has_async = "async" in flags
        self.has_body = "body" in flags
        self.has_file = "file" in flags
        self.is_stream = "stream" in flags
        #: Names that go into the query although there is a body.
        self.query = values["query"].split(",") if "query" in values else []
        #: The content type to ask for, where it is not JSON.
        self.accept: Optional[str] = values.get("as")
        #: Where the list of a page stands, and the cursor to the next one where there is one.
        self.page: Optional[Tuple[str, Optional[str]]] = None
        if "page" in values:
            key, _, following = values["page"].partition(",")
            self.page = (key, following or None)
        #: The field that ends a stream, and its values.
        self.until: Optional[Tuple[str, List[str]]] = None
        if "until" in values:
            field, _, last = values["until"].partition("=")
            self.until = (field, last.split("|"))
