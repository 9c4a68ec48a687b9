"""A page as the tests look at it: its elements in order, with their attributes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID_TAGS = frozenset({"br", "circle", "hr", "img", "input", "link", "meta", "path"})


@dataclass(frozen=True)
class Element:
    tag: str
    attributes: dict[str, str]
    parents: tuple[str, ...]


@dataclass
class Outline(HTMLParser):
    """Collect the elements; refuse tags that are not closed in order."""

    page: str
    elements: list[Element] = field(default_factory=list)
    open_tags: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.page)
        assert not self.open_tags, f"left open: {self.open_tags}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        assert len(attributes) == len(attrs), f"an attribute stands twice in {tag}"
        self.elements.append(Element(tag, attributes, tuple(self.open_tags)))
        if tag not in VOID_TAGS:
            self.open_tags.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open_tags, f"</{tag}> closes nothing"
        assert self.open_tags.pop() == tag

    def named(self, *tags: str) -> list[Element]:
        return [element for element in self.elements if element.tag in tags]

    def addresses(self) -> Iterator[str]:
        loading = (
            "href",
            "src",
            "srcset",
            "background",
            "action",
            "formaction",
            "data",
            "poster",
            "xlink:href",
        )
        for element in self.elements:
            yield from (element.attributes[name] for name in loading if name in element.attributes)
