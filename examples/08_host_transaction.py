"""A vendor's table and the orders in one transaction (宿主事务): both are there, or neither.

Needs the extra ``sql`` and a PostgreSQL server named by HOTLINE12345_PG_URL; the call it notes is invented.
"""

from __future__ import annotations

import os
import uuid
from datetime import UTC, datetime

from hotline12345 import Actor, Hotline, Request

NOW = datetime(2026, 9, 18, 2, 0, tzinfo=UTC)
CALL = Request(received=NOW, text="小区路灯不亮", area="210102")


def main(url: str) -> None:
    """Note a call and receive it, twice: once it comes to nothing, once it is kept."""
    import sqlalchemy as sa

    from hotline12345.stores.sql import SqlStore

    schema = f"hotline_example_{uuid.uuid4().hex[:12]}"
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.begin() as connection:
        connection.execute(sa.text(f"CREATE SCHEMA {schema}"))
        connection.execute(sa.text(f"CREATE TABLE {schema}.calls (number VARCHAR(64))"))
    try:
        store = SqlStore(engine, schema=schema)
        note = sa.text(f"INSERT INTO {schema}.calls VALUES (:number)")
        for keep in (False, True):
            with engine.connect() as connection:
                hotline = Hotline("shenyang", store.on(connection), clock=lambda: NOW)
                order = hotline.receive(CALL, by=Actor.parse("agent@210100-12345/li"))
                connection.execute(note, {"number": order.number})
                if keep:
                    connection.commit()
                else:
                    connection.rollback()
            with engine.connect() as connection:
                calls = connection.execute(sa.text(f"SELECT count(*) FROM {schema}.calls")).scalar()
            print(f"{'提交 commit' if keep else '回滚 rollback'}: 通话 calls {calls}, 工单 order {store.places()}")
    finally:
        with engine.begin() as connection:
            connection.execute(sa.text(f"DROP SCHEMA {schema} CASCADE"))
        engine.dispose()


if __name__ == "__main__":
    server = os.environ.get("HOTLINE12345_PG_URL", "")
    try:
        import sqlalchemy  # noqa: F401
    except ImportError:
        server = ""
    if server:
        main(server)
    else:
        print("需要 PostgreSQL：设 HOTLINE12345_PG_URL，并安装 hotline12345[sql] / needs a server and the extra sql")
