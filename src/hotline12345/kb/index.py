"""What is found by what (索引): the documents, how often each token is in them, and how long each is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from .article import Article
from .rank import norm, squares
from .shelf import Shelf, Writer, marks
from .words import IN_HEAD, distinct, plain

ALL = ""
"""The token that every article has: in how many it is, is how many are shown."""

GROWN = 2
"""When there are so many times more or fewer articles than when lengths were last computed, all are computed anew."""

_SLICE = 500


def put(writer: Writer, articles: Sequence[Article]) -> None:
    """Enter published articles (入索引); an earlier version of each has to be out already."""
    if not articles:
        return
    doc = int(writer.rows("SELECT coalesce(max(doc), 0) FROM kb_shown")[0][0])
    shown, texts = [], []
    for article in articles:
        doc += 1
        draft = article.draft
        days = [day.isoformat() if day is not None else "" for day in (draft.valid_from, draft.valid_until)]
        seen = (article.centre, draft.visibility.value, draft.category, draft.region)
        shown.append((doc, article.id, article.version, *seen, *days))
        texts.append((doc, plain(" ".join((draft.title, *draft.keywords))), plain(draft.content)))
    writer.many(f"INSERT INTO kb_shown VALUES ({marks(9)})", shown)
    counts = writer.index((doc, _entry(head, body)) for doc, head, body in texts)
    _count(writer, counts)
    _weigh(writer, texts, (token for token in counts if token[:1] != IN_HEAD))


def _entry(head: str, body: str) -> list[str]:
    """Return what a document is entered under: its tokens, those of its head once more as such, and what all have."""
    return [ALL, *distinct(f"{head} {body}"), *map(IN_HEAD.__add__, distinct(head))]


def drop(writer: Writer, id: str) -> None:  # noqa: A002 - the domain's word
    """Take an article out (出索引), where it is in."""
    query = "SELECT s.doc, t.head, t.body FROM kb_shown s JOIN kb_text t ON t.doc = s.doc WHERE s.id = ?"
    for doc, head, body in writer.rows(query, (id,)):
        entry = _entry(head, body)
        writer.unindex(doc, entry)
        _count(writer, dict.fromkeys(entry, -1))
        for table in ("kb_text", "kb_shown"):
            writer.rows(f"DELETE FROM {table} WHERE doc = ?", (doc,))


def _count(writer: Writer, more: Mapping[str, int]) -> None:
    """Add to in how many articles each token is, and in how many heads where it is a pair."""
    rows = []
    for token, count in sorted(more.items()):
        if token[:1] != IN_HEAD:
            rows.append((token, count, more.get(IN_HEAD + token, 0) if len(token) == 2 else 0, token[::-1]))
    writer.many(
        "INSERT INTO kb_gram (token, df, heads, flip) VALUES (?, ?, ?, ?) ON CONFLICT (token) DO UPDATE "
        "SET df = kb_gram.df + excluded.df, heads = kb_gram.heads + excluded.heads",
        rows,
    )


def frequencies(reader: Shelf | Writer, wanted: Iterable[str]) -> dict[str, int]:
    """Return in how many articles each of *wanted* is (文档频率), where it is in any."""
    asked = sorted(set(wanted))
    found: dict[str, int] = {}
    for first in range(0, len(asked), _SLICE):
        query = "SELECT token, df FROM kb_gram WHERE token IN ? AND df > 0"
        found.update(reader.rows(query, (asked[first : first + _SLICE],)))
    return found


def _weigh(writer: Writer, texts: Iterable[tuple[int, str, str]], wanted: Iterable[str]) -> None:
    """Keep the texts with their lengths; all anew where the base has grown much."""
    known = frequencies(writer, wanted)
    n = known[ALL]
    rows = writer.rows("SELECT value FROM kb_meta WHERE name = 'weighed'")
    anew = not n / GROWN <= (int(rows[0][0]) if rows else 0) <= n * GROWN
    heft = {} if anew else squares(known, n)
    lengths = ((*text, *((0.0, 0.0) if anew else _lengths(text, heft))) for text in texts)
    writer.many(f"INSERT INTO kb_text VALUES ({marks(5)})", lengths)
    if anew:
        reweigh(writer)


def _lengths(text: tuple[int, str, str], heft: Mapping[str, float]) -> tuple[float, float]:
    return norm(text[1], heft), norm(text[2], heft)


def reweigh(writer: Writer) -> None:
    """Compute every length anew by what is in the base now (重算长度)."""
    known: dict[str, int] = dict(writer.rows("SELECT token, df FROM kb_gram WHERE df > 0"))
    n = known.get(ALL, 0)
    heft = squares(known, n)
    last = 0
    while texts := writer.rows("SELECT doc, head, body FROM kb_text WHERE doc > ? ORDER BY doc LIMIT 1000", (last,)):
        last = texts[-1][0]
        writer.many(
            "UPDATE kb_text SET head_norm = ?, body_norm = ? WHERE doc = ?",
            [(*_lengths((doc, head, body), heft), doc) for doc, head, body in texts],
        )
    writer.rows(
        "INSERT INTO kb_meta (name, value) VALUES ('weighed', ?) "
        "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (str(n),),
    )
