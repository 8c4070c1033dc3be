"""The modules of the API as attributes, made from the table of operations."""

from __future__ import annotations

import inspect
import keyword
import urllib.parse
from typing import Any, Dict, List, Tuple

from ._client import OPTIONS, AsyncClient, Call
from ._operations import OPERATIONS
from ._pages import AsyncPage, first_page
from ._spec import Spec


def add_resources(target: Any, client: Any) -> None:
    """Gives the client an attribute for each module."""
    for attribute, operations in OPERATIONS.items():
        place = target
        for name in attribute.split("."):
            if name not in vars(place):
                setattr(place, name, Resource(name))
            place = vars(place)[name]
        vars(place).update({name: _Method(client, attribute, name, row) for name, row in operations.items()})


class Resource:
    """A module: its methods, and modules within it, are attributes."""

    def __init__(self, name: str) -> None:
        self.__name = name

    def __repr__(self) -> str:
        names = ", ".join(name for name in vars(self) if not name.startswith("_"))
        return f"<{self.__name}: {names}>"


class _Method:
    """An operation that can be called; `help()` says what it takes."""

    def __init__(self, client: Any, attribute: str, name: str, row: Tuple[str, str, str]) -> None:
        text, names, self.__doc__ = row
        self._client = client
        self._spec = Spec(text)
        self._names: Dict[str, str] = {_safe(one): one for one in names.split()}
        self._path_names: List[str] = [_safe(one) for one in self._spec.path_names]
        self.__name__ = self.__qualname__ = f"{attribute}.{name}"

    @property
    def __signature__(self) -> inspect.Signature:
        kinds = inspect.Parameter
        path = [kinds(name, kinds.POSITIONAL_OR_KEYWORD) for name in self._path_names]
        named = [kinds(name, kinds.KEYWORD_ONLY, default=None) for name in (*self._names, *self._options())]
        return inspect.Signature([*path, *named])

    def __repr__(self) -> str:
        return f"<{self.__name__}{self.__signature__}>"

    def __call__(self, *given: Any, **named: Any) -> Any:
        call = self._bind(given, named)
        if isinstance(self._client, AsyncClient) and self._spec.page is not None:
            return AsyncPage(self._client, call)
        if self._spec.is_stream:
            return self._client.stream(call)
        if self._spec.page is not None:
            return first_page(self._client, call)
        return self._client.call(call)

    def _options(self) -> List[str]:
        spec = self._spec
        lacks = {"idempotency_key": not spec.has_key, "respond_async": not spec.has_async, "last_event_id": not spec.is_stream}
        return [name for name in OPTIONS if not lacks.get(name, False)]

    def _bind(self, given: Tuple[Any, ...], named: Dict[str, Any]) -> Call:
        if len(given) > len(self._path_names):
            raise TypeError(f"{self.__name__}() takes {len(self._path_names)} positional arguments; name the others")
        placed = dict(zip(self._path_names, given))
        options_of_method = self._options()
        values: Dict[str, Any] = {}
        options: Dict[str, Any] = {}
        for name, value in named.items():
            if name in self._path_names and name not in placed:
                placed[name] = value
            elif name in self._names:
                values[self._names[name]] = value
            elif name in options_of_method:
                options[name] = value
            else:
                raise TypeError(f"{self.__name__}() got an unexpected argument {name!r}")
        path = self._spec.path
        for name, wire in zip(self._path_names, self._spec.path_names):
            value = str(placed.get(name, ""))
            # An empty one would ask for the list, and dots for what lies above.
            if name not in placed or placed[name] is None or value in ("", ".", ".."):
                raise TypeError(f"{self.__name__}() is missing {name!r}")
            path = path.replace("{" + wire + "}", urllib.parse.quote(value, safe="!'()*-._~"))
        return Call(self._spec, path, values, options)


def _safe(name: str) -> str:
    return f"{name}_" if keyword.iskeyword(name) else name

