"""Plain YAML (and so JSON): mappings, lists and texts with their line numbers, nothing else.

Only its nodes are read, so nothing is ever constructed from a tag. Refused before any node is made:
aliases (a few lines of them unfold to gigabytes), deep nesting, more than one document.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from jadelite.domain.errors import Invalid

MAX_BYTES = 64 * 1024
MAX_DEPTH = 12
_TAG = "tag:yaml.org,2002:"
# A plain `yes` or `no` reads as a truth value in YAML 1.1; what it means is for the caller.
_SCALARS = {f"{_TAG}{kind}" for kind in ("str", "bool", "int", "float", "null", "timestamp")}


@dataclass(frozen=True)
class Item:
    """A value with the line it stands in, from 1. `is_bool` and `is_null` for plain scalars.

    `value` is a text, a tuple of items, or a mapping from text to item.
    """

    value: "str | tuple[Item, ...] | dict[str, Item]"
    line: int
    is_bool: bool = False
    is_null: bool = False


def read(text: str) -> Item:
    """The one document of a text. Raises Invalid, naming the line."""
    n_bytes = len(text.encode("utf-8", "surrogatepass"))
    if n_bytes > MAX_BYTES:
        raise wrong(1, f"the file has {n_bytes} bytes, expected at most {MAX_BYTES}")
    try:
        _check_events(text)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = error.problem or error.context
        raise wrong(mark.line + 1 if mark else 1, f"this is no YAML: {problem}") from error
    except yaml.YAMLError as error:
        raise wrong(1, "the file holds a character that YAML does not allow") from error
    if node is None:
        raise wrong(1, "the file is empty, expected a form")
    return _item(node)


def wrong(line: int, what: str) -> Invalid:
    """The error of a form file at a line, counted from 1."""
    return Invalid("bad-form", f"line {line}: {what}", line=line, what=what)


def _check_events(text: str) -> None:
    depth = n_documents = 0
    for event in _events(text):
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            raise wrong(line, "aliases (*name) are not taken; write the value out")
        if isinstance(event, yaml.DocumentStartEvent):
            n_documents += 1
            if n_documents > 1:
                raise wrong(line, "there is a second document, expected one form in a file")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise wrong(line, f"nested deeper than {MAX_DEPTH} levels")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _events(text: str) -> Iterator[yaml.Event]:
    found: Iterator[yaml.Event] = yaml.parse(text, Loader=yaml.SafeLoader)
    return found


def _item(node: yaml.Node) -> Item:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        if node.tag not in _SCALARS:
            raise wrong(line, f"the tag {node.tag} is not taken; expected a plain text or number")
        return Item(
            node.value, line, is_bool=node.tag == f"{_TAG}bool", is_null=node.tag == f"{_TAG}null"
        )
    if isinstance(node, yaml.SequenceNode) and node.tag == f"{_TAG}seq":
        return Item(tuple(_item(child) for child in node.value), line)
    if not isinstance(node, yaml.MappingNode) or node.tag != f"{_TAG}map":
        raise wrong(line, f"the tag {node.tag} is not taken")
    entries: dict[str, Item] = {}
    for key, child in node.value:
        name = _item(key) if isinstance(key, yaml.ScalarNode) else None
        if name is None or not isinstance(name.value, str):
            raise wrong(line, "a key must be a plain text")
        if name.value in entries:
            raise wrong(name.line, f"the key {name.value!r} stands here twice")
        entries[name.value] = _item(child)
    return Item(entries, line)
