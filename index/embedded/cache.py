"""A bounded memory of what was computed: what has not been asked for longest is forgotten first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Cache(Generic[Value]):
    """Remembers values up to a total size, as `measure` sees them. Threads may share it."""

    def __init__(self, limit: int, measure: Callable[[Value], int]) -> None:
        self._limit = limit
        self._measure = measure
        self._size = 0
        self._values: OrderedDict[Hashable, Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value for `key`, made now if it is not remembered."""
        with self._lock:
            found = self._values.get(key)
            if found is not None:
                self._values.move_to_end(key)
                return found
        made = make()
        with self._lock:
            if key not in self._values:
                self._values[key] = made
                self._size += self._measure(made)
                while self._size > self._limit and len(self._values) > 1:
                    self._size -= self._measure(self._values.popitem(last=False)[1])
        return made
