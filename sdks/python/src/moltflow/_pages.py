"""Lists that come in pages."""

from __future__ import annotations

from typing import Any, AsyncIterator, Dict, Generator, Generic, Iterator, List, Optional, Tuple, TypeVar

from ._client import AsyncClient, Call, Client

Result = TypeVar("Result")
Item = TypeVar("Item")


class Page(Dict[str, Any], Generic[Result, Item]):
    """The first page, as the API answers it; `iterate` goes through every entry of every page."""

    _client: Client
    _call: Call

    def iterate(self) -> Iterator[Item]:
        """Every entry, from this page on."""
        page: Optional[Dict[str, Any]] = self
        walk = _Walk(self._call)
        while page is not None:
            yield from walk.entries(page)
            following = walk.following(page)
            page = None if following is None else self._client.call(following)


class AsyncPage(Generic[Result, Item]):
    """Awaited it is the first page, in `async for` it is every entry of every page."""

    def __init__(self, client: AsyncClient, call: Call) -> None:
        self._client = client
        self._call = call

    def __await__(self) -> Generator[Any, None, Result]:
        return self._client.call(self._call).__await__()

    async def __aiter__(self) -> AsyncIterator[Item]:
        page = await self._client.call(self._call)
        walk = _Walk(self._call)
        while page is not None:
            for entry in walk.entries(page):
                yield entry
            following = walk.following(page)
            page = None if following is None else await self._client.call(following)


class _Walk:
    def __init__(self, call: Call) -> None:
        self._call = call
        assert call.spec.page is not None
        self._key, self._next = call.spec.page
        self._offset = int(call.values.get("offset") or 0)
        self._before: set = set()

    def entries(self, page: Dict[str, Any]) -> List[Any]:
        """Of a page, what the one before did not have: what came in meanwhile moves entries on."""
        all_entries = page.get(self._key) or []
        ids = [entry.get("id") if isinstance(entry, dict) else None for entry in all_entries]
        fresh = [entry for entry, name in zip(all_entries, ids) if name is None or name not in self._before]
        self._before = {name for name in ids if name is not None}
        return fresh

    def following(self, page: Dict[str, Any]) -> Optional[Call]:
        """The call for the next page; None after the last."""
        count = len(page.get(self._key) or [])
        self._offset += count
        values = dict(self._call.values)
        if self._next is None:
            if count == 0 or self._offset >= int(page.get("total") or 0):
                return None
            values["offset"] = self._offset
        else:
            cursor = page.get(self._next)
            if count == 0 or not isinstance(cursor, str):
                return None
            values.pop("offset", None)
            values["after"] = cursor
        return self._call._replace(values=values)


def first_page(client: Client, call: Call) -> "Page[Any, Any]":
    """Asks for the first page."""
    page: "Page[Any, Any]" = Page(client.call(call))
    page._client, page._call = client, call
    return page
