"""Untrusted XML as a small tree: bounded in depth and number, and without document types, so without entities."""

from __future__ import annotations

from collections.abc import Iterator
from xml.parsers import expat

from wire.errors import ProtocolError

_DEEPEST = 32
_MAX_ELEMENTS = 5000


class Element:
    """A node: its name, its attributes, its own text without the space around it, its children."""

    __slots__ = ("_texts", "_what", "attributes", "children", "name")

    def __init__(self, name: str, attributes: dict[str, str], what: str = "the document") -> None:
        self.name = name
        self._what = what
        self.attributes = attributes
        self.children: list[Element] = []
        self._texts: list[str] = []

    @property
    def text(self) -> str:
        return "".join(self._texts).strip()

    def all(self, name: str) -> Iterator[Element]:
        """The children of this name."""
        return (child for child in self.children if child.name == name)

    def one(self, name: str) -> Element | None:
        """The child of this name. Raises ProtocolError where there are two: a reader would have to guess."""
        found = list(self.all(name))
        if len(found) > 1:
            raise ProtocolError(f"{self._what} has {name} {len(found)} times in {self.name}")
        return found[0] if found else None


def read_xml_untrusted(data: bytes, longest: int, what: str = "the phone's file") -> Element:
    """The root of a document in UTF-8 of at most `longest` octets; errors call it `what`. Raises ProtocolError."""
    if len(data) > longest:
        raise ProtocolError(f"{what} has {len(data)} octets, {longest} is the most")
    builder = _Builder(what)
    try:
        builder.parser.Parse(data, True)
    except expat.ExpatError as error:
        raise ProtocolError(f"{what} is not well-formed XML at line {error.lineno}") from None
    finally:
        # The parser and the bound methods it calls hold each other; without this each file waits for the collector.
        builder.let_go()
    assert builder.root is not None, "expat accepts no document without a root"
    return builder.root


class _Builder:
    def __init__(self, what: str) -> None:
        self._what = what
        self.root: Element | None = None
        self._open: list[Element] = []
        self._elements = 0
        # Naming the encoding here overrides the document's own declaration: no codec is looked up by a name in the document.
        self.parser = expat.ParserCreate("UTF-8")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def let_go(self) -> None:
        self.parser.StartDoctypeDeclHandler = None
        self.parser.StartElementHandler = None
        self.parser.EndElementHandler = None
        self.parser.CharacterDataHandler = None

    def _doctype(self, name: str, system: str | None, public: str | None, internal: bool) -> None:
        raise ProtocolError(f"{self._what} has a document type; entities are not read")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if self._elements > _MAX_ELEMENTS:
            raise ProtocolError(f"{self._what} has more than {_MAX_ELEMENTS} elements")
        if len(self._open) >= _DEEPEST:
            raise ProtocolError(f"{self._what} is nested deeper than {_DEEPEST}")
        element = Element(name, attributes, self._what)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)

    def _end(self, name: str) -> None:
        self._open.pop()

    def _text(self, text: str) -> None:
        self._open[-1]._texts.append(text)
