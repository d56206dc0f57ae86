"""The server store's tables, release by release (表结构迁移)."""
