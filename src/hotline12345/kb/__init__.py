"""The knowledge base (知识库): what the hotline answers from, who keeps it right, and how it is found.

Articles are checked by a place's own rules (:mod:`.rules`, :mod:`.check`), walk one table of statuses
(:mod:`.lifecycle`), are kept in every version (:mod:`.base`) and found by single characters, words and
misspelt words (:mod:`.rank`) in SQLite or PostgreSQL.  Nothing here holds a citizen's words: what could
name a person is refused in articles and hidden in questions (:mod:`.private`).
"""

from __future__ import annotations

from .article import Article, Draft, Visibility
from .base import KnowledgeBase, open_base
from .lifecycle import ArticleStatus
from .rules import Rules, read_rules

__all__ = ["Article", "ArticleStatus", "Draft", "KnowledgeBase", "Rules", "Visibility", "open_base", "read_rules"]
