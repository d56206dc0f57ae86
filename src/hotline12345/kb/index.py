"""What is found by what (索引): the documents, how often each token is in them, and how long each is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from .article import Article
from .rank import norm
from .shelf import Shelf, Writer, marks
from .words import IN_HEAD, plain, tokens

GROWN = 2
"""When there are so many times more or fewer articles than when lengths were last computed, all are computed anew."""

_SLICE = 500


def put(writer: Writer, articles: Sequence[Article]) -> None:
    """Enter published articles (入索引); an earlier version of each has to be out already."""
    if not articles:
        return
    doc = int(writer.rows("SELECT coalesce(max(doc), 0) FROM kb_shown")[0][0])
    shown, texts, entries = [], [], []
    df, heads = Counter[str](), Counter[str]()
    for article in articles:
        doc += 1
        draft = article.draft
        head, body = plain(" ".join((draft.title, *draft.keywords))), plain(draft.content)
        there = set(tokens(f"{head} {body}"))
        df.update(there)
        heads.update(token for token in tokens(head) if len(token) == 2)
        days = [day.isoformat() if day is not None else "" for day in (draft.valid_from, draft.valid_until)]
        seen = (article.centre, draft.visibility.value, draft.category, draft.region)
        shown.append((doc, article.id, article.version, *seen, *days))
        texts.append((doc, head, body))
        entries.append((doc, _entry(head, there)))
    writer.many(f"INSERT INTO kb_shown VALUES ({marks(9)})", shown)
    writer.index(entries)
    _count(writer, df, heads)
    _weigh(writer, texts)


def _entry(head: str, there: Iterable[str]) -> list[str]:
    """Return what a document is entered under: its tokens, and those of its head once more as such."""
    return [*sorted(there), *(IN_HEAD + token for token in sorted(tokens(head)))]


def drop(writer: Writer, id: str) -> None:  # noqa: A002 - the domain's word
    """Take an article out (出索引), where it is in."""
    query = "SELECT s.doc, t.head, t.body FROM kb_shown s JOIN kb_text t ON t.doc = s.doc WHERE s.id = ?"
    for doc, head, body in writer.rows(query, (id,)):
        there = sorted(set(tokens(f"{head} {body}")))
        writer.unindex(doc, _entry(head, there))
        gone = Counter(dict.fromkeys(there, -1))
        _count(writer, gone, Counter({token: -1 for token in tokens(head) if len(token) == 2}))
        for table in ("kb_text", "kb_shown"):
            writer.rows(f"DELETE FROM {table} WHERE doc = ?", (doc,))


def _count(writer: Writer, df: Counter[str], heads: Counter[str]) -> None:
    writer.many(
        "INSERT INTO kb_gram (token, df, heads, flip) VALUES (?, ?, ?, ?) ON CONFLICT (token) DO UPDATE "
        "SET df = kb_gram.df + excluded.df, heads = kb_gram.heads + excluded.heads",
        ((token, count, heads[token], token[::-1]) for token, count in sorted(df.items())),
    )


def frequencies(reader: Shelf | Writer, wanted: Iterable[str]) -> dict[str, int]:
    """Return in how many articles each of *wanted* is (文档频率), where it is in any."""
    asked = sorted(set(wanted))
    found: dict[str, int] = {}
    for first in range(0, len(asked), _SLICE):
        part = asked[first : first + _SLICE]
        found.update(
            (token, df)
            for token, df in reader.rows(f"SELECT token, df FROM kb_gram WHERE token IN ({marks(len(part))})", part)
            if df > 0
        )
    return found


def size(reader: Shelf | Writer) -> int:
    """Return how many articles are in the index."""
    return int(reader.rows("SELECT count(*) FROM kb_shown")[0][0])


def _weigh(writer: Writer, texts: Sequence[tuple[int, str, str]]) -> None:
    """Keep the texts with their lengths; all anew where the base has grown much."""
    n = size(writer)
    rows = writer.rows("SELECT value FROM kb_meta WHERE name = 'weighed'")
    weighed = int(rows[0][0]) if rows else 0
    wanted = {token for _, head, body in texts for token in tokens(f"{head} {body}")}
    known = frequencies(writer, wanted)
    writer.many(f"INSERT INTO kb_text VALUES ({marks(5)})", (_weighed(text, known, n) for text in texts))
    if not n / GROWN <= weighed <= n * GROWN:
        reweigh(writer)


def _weighed(text: tuple[int, str, str], known: dict[str, int], n: int) -> tuple[int, str, str, float, float]:
    return (*text, norm(text[1], known, n), norm(text[2], known, n))


def reweigh(writer: Writer) -> None:
    """Compute every length anew by what is in the base now (重算长度)."""
    n = size(writer)
    known: dict[str, int] = dict(writer.rows("SELECT token, df FROM kb_gram WHERE df > 0"))
    last = 0
    while texts := writer.rows("SELECT doc, head, body FROM kb_text WHERE doc > ? ORDER BY doc LIMIT 1000", (last,)):
        last = texts[-1][0]
        writer.many(
            "UPDATE kb_text SET head_norm = ?, body_norm = ? WHERE doc = ?",
            [(norm(head, known, n), norm(body, known, n), doc) for doc, head, body in texts],
        )
    writer.rows(
        "INSERT INTO kb_meta (name, value) VALUES ('weighed', ?) "
        "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (str(n),),
    )
