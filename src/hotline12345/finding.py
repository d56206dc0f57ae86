"""What a request leaves to be found by (查找依据): a blind index, the hashes of its title, and how they are asked."""

from __future__ import annotations

from typing import Any, NamedTuple

from .core.errors import RequestError
from .core.refs import Ref
from .core.request import Request, Requester
from .privacy import Secrets, of_order, seal
from .stores.port import Private, Query, Store

TITLE = 40
"""How many characters of the text stand for the title where there is none (library default)."""


class Kept(NamedTuple):
    """A request put away (封存的诉求): what the event refers to, the private record, the head's blind index."""

    ref: Ref
    private: tuple[Private, ...]
    requester: str
    words: dict[str, Any]


def put_away(secrets: Secrets, request: Request, number: str) -> Kept:
    """Put the private part of *request* away, as the first private record of the order *number* (封存诉求)."""
    person = secrets.blind(request.requester.key)
    ref, sealed = seal("1", request.private(), person)
    hashes = secrets.words(request.title or request.text[:TITLE])
    private = (Private("1", person or of_order(number), sealed, hashes),)
    return Kept(ref, private, "" if request.anonymous else person, sealed["words"])


def by_words(query: Query | None, words: str, secrets: Secrets) -> Query:
    """Return *query*, with *words* that must stand in the title.

    Raises:
        RequestError: ``bad-words`` where no two characters stand together.
    """
    query = query or Query()
    if not words:
        return query
    hashes = secrets.words(words)
    if not hashes:
        raise RequestError(
            f"「{words}」里没有可查的词",
            f"there is nothing in {words!r} to look for",
            code="bad-words",
            hint="至少写相连的两个字，如 路灯",
            hint_en="give at least two characters that stand together",
        )
    return query._replace(words=(*(query.words or ()), *hashes))


def fits(store: Store, master: bytes, tries: int = 20) -> bool | None:
    """Tell whether requesters in *store* were indexed with *master* (密钥是否属于该存储); ``None``: none is known.

    Args:
        tries: how many orders of each place are looked at: what they say of their requester is indexed anew.
    """
    found: bool | None = None
    for place in store.places():
        secrets = Secrets(master, place)
        for head in store.find(place, Query(), "", tries).heads:
            kept = store.private(place, head.number, ("1",)).get("1", {}).get("words", {}) if head.requester else {}
            person = kept.get("requester") if isinstance(kept, dict) else None
            if person:
                if secrets.blind(Requester(**person).key) == head.requester:
                    return True
                found = False
    return found
