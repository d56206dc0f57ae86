"""Destinations as data: every fault at once, and no secret in the file (投递目的地)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from hotline12345.core.errors import HotlineError, PolicyError, RequestError
from hotline12345.delivery import read_destinations

WHOLE = """
[[destination]]
name = "urban"
publisher = "webhook"
url = "https://urban.example/12345"
secret_env = ["NEW_KEY", "OLD_KEY"]
as = "handler@210102-urban"
purpose = "contact"
fields = ["status", "text"]
events = ["Dispatched", "Urged"]
kinds = ["complaint"]
units = ["210102-urban"]
areas = ["2101"]
place = "210100"
from = 2026-10-01
[destination.retry]
first = 1
longest = 2.5
attempts = 3
pause_after = 4
refused_after = 9
[destination.options]
timeout = 5

[[destination]]
name = "archive"
publisher = "file"
url = "file:///srv/drop"
as = "supervisor"
"""
KEYS = {"NEW_KEY": "n" * 24, "OLD_KEY": "o" * 24}


def written(folder: Path, text: str) -> Path:
    path = folder / "deliver.toml"
    path.write_text(text, encoding="utf-8")
    return path


def faults(folder: Path, text: str, environ: dict[str, str] | None = None) -> list[tuple[str, str]]:
    with pytest.raises(PolicyError) as caught:
        read_destinations(written(folder, text), environ or {})
    assert caught.value.code == "bad-destinations"
    return [(fault.table, fault.key) for fault in caught.value.faults]


def test_what_a_file_says_is_what_is_read(tmp_path: Path) -> None:
    urban, archive = read_destinations(written(tmp_path, WHOLE), KEYS)
    assert (urban.name, urban.publisher, str(urban.actor), urban.purpose) == (
        "urban",
        "webhook",
        "handler@210102-urban",
        "contact",
    )
    assert urban.settings.secrets == (b"n" * 24, b"o" * 24)
    assert urban.settings.private
    assert urban.fields == ("status", "text")
    assert urban.wanted.events == ("Dispatched", "Urged")
    assert urban.wanted.since == datetime.fromisoformat("2026-10-01T00:00:00+08:00")
    assert tuple(urban.retry) == (1, 2.5, 3, 4, 9)
    assert (archive.purpose, archive.settings.private, archive.reader) == ("publish", False, "deliver:archive")
    assert "n" * 24 not in repr(urban.settings._replace(secrets=()))


BROKEN = """
colour = "red"
[[destination]]
name = "a b"
publisher = "pigeon"
url = "https://x.example"
as = "requester"
purpose = "curiosity"
fields = ["shoe_size"]
events = ["Dreamt"]
kinds = ["wish"]
units = "urban"
from = "soon"
colour = "red"
[destination.retry]
first = 0
attempts = 1.5
colour = 1

[[destination]]
name = "second"
publisher = "webhook"
url = "ftp://me:pw@x.example"
url_env = "URL"
as = "handler"
options = 1

[[destination]]
name = "second"
publisher = "rabbitmq"
url = "amqp://guest:guest@x.example"
secret_file = "/nowhere/at/all"
secret_env = "NOT_SET"
as = "nobody@x"
[destination.options]
timeout = 1000
exchange = 1
colour = 1
"""


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    a, second = "destination a b", "destination second"
    assert sorted(faults(tmp_path, BROKEN)) == sorted(
        [
            ("", "colour"),
            *((a, key) for key in ("colour", "name", "publisher", "as", "purpose", "fields", "events", "kinds")),
            *((a, key) for key in ("units", "from", "retry.first", "retry.attempts", "retry.colour")),
            *((second, key) for key in ("url", "secret_env", "as", "options")),
            *((second, key) for key in ("name", "url", "secret_file", "secret_env", "as")),
            *((second, f"options.{key}") for key in ("timeout", "exchange", "colour", "routing_key")),
        ]
    )


@pytest.mark.parametrize("text", ["", "destination = 1", "[[destination]]", "[destination]\nname = 'x'", "["])
def test_a_file_that_names_nobody_is_refused(tmp_path: Path, text: str) -> None:
    assert faults(tmp_path, text)


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError) as caught:
        read_destinations(tmp_path / "none.toml")
    assert caught.value.code == "no-such-file"
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(HotlineError):
        read_destinations(tmp_path / "binary.toml")


@pytest.mark.parametrize(
    ("publisher", "url", "options"),
    [
        ("rabbitmq", "amqp://me:pw@x.example", 'routing_key = "q"'),
        ("redis", "redis://:pw@x.example", 'stream = "s"'),
        ("nats", "nats://token@x.example", 'subject = "s"'),
        ("webhook", "https://me:pw@x.example", "timeout = 1"),
        ("kafka", "x.example:9092", 'topic = "t"\nconfig = {"sasl.password" = "pw"}'),
    ],
)
def test_a_password_in_the_file_is_a_fault(tmp_path: Path, publisher: str, url: str, options: str) -> None:
    text = f"""
[[destination]]
name = "x"
publisher = "{publisher}"
url = "{url}"
secret_env = "KEY"
as = "supervisor"
[destination.options]
{options}
"""
    (only,) = faults(tmp_path, text, {"KEY": "k" * 24})
    assert only[1] in ("url", "options.config.sasl.password")
    if publisher != "kafka":
        moved = text.replace(f'url = "{url}"', 'url_env = "URL"')
        (read,) = read_destinations(written(tmp_path, moved), {"KEY": "k" * 24, "URL": url})
        assert read.settings.url == url


def test_a_secret_can_lie_in_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("k" * 24 + "\n")
    text = WHOLE.replace('secret_env = ["NEW_KEY", "OLD_KEY"]', f'secret_file = "{(tmp_path / "key").as_posix()}"')
    assert read_destinations(written(tmp_path, text), {})[0].settings.secrets == (b"k" * 24,)


def test_private_words_go_by_https_or_on_this_machine_or_where_somebody_says_so(tmp_path: Path) -> None:
    plain = WHOLE.replace("https://", "http://")
    assert faults(tmp_path, plain, KEYS) == [("destination urban", "url")]
    read_destinations(written(tmp_path, plain.replace('"contact"', '"publish"')), KEYS)
    read_destinations(written(tmp_path, plain.replace("timeout = 5", "plain_http = true")), KEYS)
    read_destinations(written(tmp_path, plain.replace("urban.example/", "127.0.0.1:8080/")), KEYS)


def test_destinations_can_be_named_without_their_secrets(tmp_path: Path) -> None:
    assert [each.name for each in read_destinations(written(tmp_path, WHOLE), {}, secrets=False)] == [
        "urban",
        "archive",
    ]
