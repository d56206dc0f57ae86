"""One file a change to the tables; a released file is never edited (迁移文件)."""
