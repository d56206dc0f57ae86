"""The channel ``plain``: good rows go in, bad rows come back with their line, and nothing is guessed in silence."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline12345.channels import payload as bounds
from hotline12345.channels.columns import ALIASES, FACT_FIELDS, REQUEST_FIELDS, parse_mapping
from hotline12345.channels.plain import PlainChannel
from hotline12345.channels.times import CHINA
from hotline12345.core.errors import PluginError, RequestError
from hotline12345.core.request import Kind, Requester

HEAD = "编号,受理时间,标题,内容,姓名,电话,诉求类型,区县\n"
ROW = "7,2024/3/1 9:00:00,路灯不亮,整条路都黑,张三,13800000000,投诉,220402\n"


def read(data, **options):
    return PlainChannel().read(data.encode() if isinstance(data, str) else data, **options)


def errors(reading):
    return [(row.line, row.error.code) for row in reading if row.error]


def good(reading):
    return [row.request.ref for row in reading if row.request]


def refused(data, **options):
    with pytest.raises(RequestError) as caught:
        list(read(data, **options))
    return caught.value


# ── what a row becomes ───────────────────────────────────────────────────────────────────────────


def test_chinese_headers_are_recognised_and_every_field_is_filled():
    reading = read(HEAD + ROW)
    (row,) = reading
    request = row.request
    assert request.ref == "7"
    assert request.received == datetime(2024, 3, 1, 9, tzinfo=CHINA)
    assert (request.title, request.text) == ("路灯不亮", "整条路都黑")
    assert request.requester == Requester("张三", "13800000000")
    assert (request.kind, request.area, request.channel) == (Kind.COMPLAINT, "220402", "import")
    assert reading.mapping["received"] == "受理时间"
    assert (reading.format, reading.encoding) == ("csv", "utf-8")
    assert reading.columns == tuple(HEAD.strip().split(","))


def test_a_mapping_goes_before_the_headers_and_an_empty_column_switches_a_field_off():
    text = "id,time,logged,text,kind\n1,2024-01-01,2024-02-02,吵,城建\n"
    assert errors(read(text)) == [(2, "unknown-kind")]
    (row,) = read(text, mapping=parse_mapping("received=logged,kind="))
    assert row.request.received == datetime(2024, 2, 2, tzinfo=CHINA)
    assert row.request.kind is None


def test_facts_hold_what_is_not_part_of_the_request():
    head = "time,text,reply_time,reply,transfer_count,来源批次\n"
    text = head + "2024-01-01,吵,2024/1/5 8:00,已处理,3,甲\n2024-01-02,吵,,,,\n"
    first, second = read(text, mapping={"fact.batch": "来源批次"})
    assert first.facts == {
        "replied": datetime(2024, 1, 5, 8, tzinfo=CHINA),
        "reply": "已处理",
        "transfers": 3,
        "batch": "甲",
    }
    assert second.facts == {"replied": None, "reply": "", "transfers": None, "batch": ""}


def test_a_fixed_kind_leaves_the_kind_column_unread():
    (row,) = read("time,text,kind\n2024-01-01,吵,城建\n", kind=Kind.HELP)
    assert row.request.kind is Kind.HELP


def test_a_default_time_fills_rows_that_give_none():
    now = datetime(2024, 5, 1, 12, tzinfo=UTC)
    rows = list(read("time,text\n,吵\n2024-01-01,吵\n", received=now))
    assert [row.request.received for row in rows] == [now, datetime(2024, 1, 1, tzinfo=CHINA)]
    (row,) = read("text\n吵\n", received=now)
    assert row.request.received == now


@pytest.mark.parametrize(("word", "value"), [("是", True), ("1", True), ("否", False), ("0", False), ("", False)])
def test_flags_are_read_in_both_languages(word, value):
    (row,) = read(f"time,text,是否匿名\n2024-01-01,吵,{word}\n")
    assert row.request.anonymous is value


def test_what_spreadsheets_put_round_numbers_is_taken_off():
    (row,) = read('id,time,text,phone\n"=""0012""",2024-01-01,吵,\'13800000000\n')
    assert (row.request.ref, row.request.requester.phone) == ("0012", "13800000000")


# ── assumptions are told ─────────────────────────────────────────────────────────────────────────


def test_a_time_without_an_offset_is_noted_with_its_columns():
    reading = read("time,reply_time,text\n2024-01-01 08:00,2024-01-02,吵\n")
    assert reading.notes == ()
    list(reading)
    notes = {note.code: note for note in reading.notes}
    assert notes["assumed-offset"].en == (
        "times without an offset read as Asia/Shanghai (+08:00): columns time, reply_time"
    )
    assert notes["day-only"].en == "days without a time read as 00:00 of that day: columns reply_time"


def test_times_with_an_offset_need_no_note():
    reading = read("time,text\n2024-01-01T08:00:00+08:00,吵\n")
    list(reading)
    assert reading.notes == ()


def test_a_missing_last_line_break_is_noted():
    reading = read("time,text\n2024-01-01T08:00:00Z,吵")
    assert good(reading) == [""]
    assert [note.code for note in reading.notes] == ["no-final-newline"]


# ── forms and encodings ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("codec", "told"), [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("gb18030", "gb18030"), ("utf-16", "utf-16")]
)
@pytest.mark.parametrize("packed", [False, True])
def test_every_encoding_gives_the_same_rows_and_is_named(codec, told, packed):
    data = (HEAD + ROW).encode(codec)
    reading = read(gzip.compress(data) if packed else data)
    assert list(reading) == list(read(HEAD + ROW))
    assert reading.encoding == told


def test_a_declared_encoding_is_used_and_gbk_is_read_as_its_superset():
    rare = "time,text\n2024-01-01,㐂镕\n"
    (row,) = read(rare.encode("gb18030"), encoding="GBK")
    assert row.request.text == "㐂镕"
    assert refused(rare, encoding="no-such").code == "unknown-encoding"
    assert refused(rare, encoding="hex").code == "unknown-encoding"


def test_bytes_that_are_no_text_are_refused():
    assert refused(b"\xff" * 99).code == "unknown-encoding"
    assert refused(b"%PDF-1.4\n" + b"\x80\xff\x00" * 9).code == "unknown-encoding"


def test_one_damaged_byte_refuses_its_row_and_not_the_file():
    rows = "".join(f"{n},2024-01-01,内容第{n}条路灯不亮\n" for n in range(20))
    data = ("id,time,text\n" + rows).encode()
    spot = data.index("第7".encode())
    reading = read(data[:spot] + b"\xff" + data[spot + 1 :])
    assert errors(reading) == [(9, "damaged-text")]
    assert reading.encoding == "utf-8"
    assert len(good(reading)) == 19


def test_a_gb18030_file_with_a_damaged_byte_loses_that_row_only():
    rows = "".join(f"{n},2024-01-01,内容第{n}条路灯不亮\n" for n in range(20))
    data = ("id,time,text\n" + rows).encode("gb18030")
    spot = data.index("第7".encode("gb18030"))
    reading = read(data[:spot] + b"\xff\xff" + data[spot + 2 :])
    assert errors(reading) == [(9, "damaged-text")]
    assert reading.encoding == "gb18030"


def test_a_nul_refuses_its_row_only():
    assert errors(read("id,time,text\n1,2024-01-01,a\n2,2024-01-01,b\0\n3,2024-01-01,c\n")) == [(3, "damaged-text")]


@pytest.mark.parametrize(("mark", "name", "form"), [("\t", "", "tsv"), (";", "", "csv"), ("\t", "a,b.tsv.gz", "tsv")])
def test_the_separator_is_found(mark, name, form):
    reading = read(mark.join(["time", "text", "id"]) + "\n" + mark.join(["2024-01-01", "吵，闹", "5"]), name=name)
    assert reading.format == form
    assert good(reading) == ["5"]


def test_json_lines_a_json_array_and_spread_objects_give_the_same_requests():
    one = {"ref": 18, "received": "2024-01-01T00:00:00Z", "text": "吵", "requester": {"name": "张三", "phone": "138"}}
    two = {**one, "ref": "19", "title": "又吵", "anonymous": True}
    lines = "\n".join(json.dumps(row) for row in (one, two))
    forms = {
        "jsonl": lines,
        "json": json.dumps([one, two], ensure_ascii=False),
        "spread": "\n".join(json.dumps(row, indent=2) for row in (one, two)),
        "array": json.dumps([one, two], indent=1),
    }
    found = {name: [row.request for row in read(text)] for name, text in forms.items()}
    assert found["jsonl"] == found["json"] == found["spread"] == found["array"]
    assert found["json"][1].anonymous
    assert found["json"][0].ref == "18"
    assert found["json"][0].requester == Requester("张三", "138")
    assert [row.line for row in read(forms["array"])] == [2, 11]


def test_broken_json_lines_come_back_and_the_others_go_in():
    text = "\n".join(
        [
            '{"id": 1, "time": "2024-01-01", "text": "a"}',
            '{"id": 2, "time": "2024-01-01", "text": ',
            "",
            '{"id": 3, "time": "2024-01-01", "text": "a", "text": "b"}',
            "[1, 2]",
            '{"id": 4, "time": "2024-01-01", "text": NaN}',
            '{"id": 5, "time": "2024-01-01", "text": ["a"]}',
            '{"id": 6, "time": "2024-01-01", "text": "\\ud800"}',
            '{"id": 7, "time": "2024-01-01", "text": ' + "[" * 100_000,
            '{"id": 8, "time": 1704067200, "text": "a"}',
            '{"id": 9, "time": "2024-01-01", "text": "z"}',
            '{"id": 110101199003078515000.0, "time": "2024-01-01", "text": "z"}',
        ]
    )
    reading = read(text)
    assert good(reading) == ["1", "9"]
    assert errors(reading) == [
        (2, "bad-json"),
        (4, "bad-json"),
        (5, "bad-json"),
        (6, "bad-json"),
        (7, "bad-value"),
        (8, "damaged-text"),
        (9, "bad-json"),
        (10, "bad-time"),
        (12, "lost-digits"),
    ]


def test_a_json_array_that_breaks_off_gives_what_lies_before():
    rows = [{"id": n, "time": "2024-01-01", "text": "a"} for n in range(3)]
    whole = json.dumps(rows, indent=0)
    reading = read(whole[: whole.index('"id": 2')])
    assert good(reading) == ["0", "1"]
    assert [code for _, code in errors(reading)] == ["bad-json"]
    assert [code for _, code in errors(read(whole[:-1]))] == ["bad-json"]
    assert errors(read(whole)) == []


# ── what is refused as a whole ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("data", [b"", b"\n \n", b"\xef\xbb\xbf", gzip.compress(b"", mtime=0), b"[]", b"{}"])
def test_an_empty_file_is_an_error_and_not_no_rows(data):
    assert refused(data).code == "empty-file"


def test_a_header_alone_is_a_file_without_rows():
    assert list(read(HEAD)) == []


def test_a_missing_column_is_named_with_the_columns_there_are():
    error = refused("id,text\n1,吵\n")
    assert error.code == "missing-column"
    assert "received" in error.en
    assert "id, text" in error.en
    error = refused("id,time,text\n", mapping={"replied": "答复日期"})
    assert "答复日期" in error.zh
    assert "id、time、text" in error.zh


def test_a_file_without_a_header_does_not_spill_its_first_row_into_the_message():
    error = refused("1,2024-01-01," + "很长的诉求" * 100 + "\n")
    assert error.code == "missing-column"
    assert len(error.zh) < 200


def test_a_doubled_column_is_refused_where_it_is_needed_only():
    assert refused("time,time,text\n").code == "duplicate-column"
    assert good(read("time,text,id,备注,备注,,\n2024-01-01,吵,4,,,,\n")) == ["4"]


def test_an_unknown_field_is_named_with_the_fields_there_are():
    with pytest.raises(RequestError) as caught:
        parse_mapping("recieved=time")
    assert caught.value.code == "unknown-field"
    assert "recieved" in caught.value.zh
    assert "received" in caught.value.hint("zh")
    assert refused(HEAD, mapping={"fact.replied": "姓名"}).code == "unknown-field"


@pytest.mark.parametrize("text", ["received", "=time", "received=a,received=b"])
def test_a_mapping_that_is_no_pair_is_refused(text):
    with pytest.raises(RequestError) as caught:
        parse_mapping(text)
    assert caught.value.code == "bad-mapping"


def test_the_mapping_of_the_handbook_example_is_read():
    assert parse_mapping("received=time, replied=reply_time,ref=id,") == {
        "received": "time",
        "replied": "reply_time",
        "ref": "id",
    }


def test_options_come_as_text_too_and_unknown_ones_are_refused():
    options = {"mapping": "received=t,text=x", "kind": "求助"}
    (row,) = PlainChannel().parse(b"t,x\n2024-01-01,y\n", options=options)
    assert row.request.kind is Kind.HELP
    with pytest.raises(RequestError) as caught:
        PlainChannel().parse(b"", options={"colour": "red"})
    assert caught.value.code == "unknown-option"


def test_gzip_that_unpacks_without_bounds_is_refused(monkeypatch):
    assert refused(gzip.compress(b"\0" * (bounds.FREE_BYTES + 2))).code == "too-large"
    monkeypatch.setattr(bounds, "MAX_BYTES", 1000)
    assert refused(gzip.compress((HEAD + ROW * 50).encode())).code == "too-large"


def test_gzip_with_a_wrong_checksum_is_refused_as_a_whole():
    data = bytearray(gzip.compress((HEAD + ROW).encode()))
    data[-5] ^= 1
    assert refused(bytes(data)).code == "damaged-gzip"


def test_several_gzip_members_are_one_file():
    data = gzip.compress(HEAD.encode()) + gzip.compress(ROW.encode()) + b"\0" * 512
    assert good(read(data)) == ["7"]


# ── what is refused row by row ───────────────────────────────────────────────────────────────────


def test_an_unreadable_date_comes_back_with_line_column_and_value():
    reading = read("id,time,text\n1,2024-01-01,吵\n2,上周三,吵\n")
    (error,) = [row.error for row in reading if row.error]
    assert (error.facts["line"], error.facts["column"], error.facts["value"]) == (3, "time", "上周三")
    assert "第 3 行「time」列" in error.zh
    assert "上周三" in error.zh
    assert "line 3, column 'time'" in error.en


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("1,,吵,,,", "missing-time"),
        ("1,2024-02-30,吵,,,", "bad-time"),
        ("1,2024-01-01,,,,", "empty-request"),
        ("1,2024-01-01, \t,,,", "empty-request"),
        ("1,2024-01-01,吵,问候,,", "unknown-kind"),
        ("1,2024-01-01,吵,,明天,", "bad-time"),
        ("1,2024-01-01,吵,,,-1", "bad-number"),
        ("1,2024-01-01,吵,,,９", "bad-number"),
        ("1.10101E+17,2024-01-01,吵,,,", "lost-digits"),
        ("1,2024-01-01", "short-row"),
        ("1,2024-01-01,吵,,,,又", "long-row"),
    ],
)
def test_a_bad_row_is_refused_with_its_code_and_the_next_goes_in(row, code):
    reading = read(f"id,time,text,kind,reply_time,transfers\n{row}\n9,2024-01-01,吵,,,\n")
    assert errors(reading) == [(2, code)]
    assert good(reading) == ["9"]


def test_empty_cells_beyond_the_header_are_nothing():
    assert good(read("id,time,text\n1,2024-01-01,吵,,\n")) == ["1"]


def test_lines_are_physical_and_count_where_a_row_starts():
    text = 'id,time,text\n1,2024-01-01,"一\n二\n三"\n\n2,2024-01-01,吵\n3,x,"四\r\n五"\n4,2024-01-01,吵\n'
    assert [(row.line, bool(row.request)) for row in read(text)] == [(2, True), (6, True), (7, False), (9, True)]


def test_a_quote_that_never_closes_is_named_where_it_opens_and_the_rows_before_go_in():
    reading = read('id,time,text\n1,2024-01-01,吵\n2,2024-01-01,"吵\n3,2024-01-01,吵\n')
    assert good(reading) == ["1"]
    (error,) = [row.error for row in reading if row.error]
    assert (error.code, error.facts["line"], error.facts["last"]) == ("unclosed-quote", 3, 4)


def test_a_quote_that_never_closes_is_found_beyond_the_readers_field_limit_too():
    tail = "3,2024-01-01,吵闹\n" * 20_000
    reading = read('id,time,text\n1,2024-01-01,吵\n2,2024-01-01,"吵\n' + tail)
    assert good(reading) == ["1"]
    assert errors(reading) == [(3, "unclosed-quote")]


def test_a_field_beyond_the_readers_limit_refuses_its_row_and_no_other():
    giant = '"' + "长\n" * csv.field_size_limit() + 'say ""no"", he said"'
    reading = read(f"id,time,text\n1,2024-01-01,吵\n2,2024-01-01,{giant}\n3,2024-01-01,吵\n")
    assert good(reading) == ["1", "3"]
    assert errors(reading) == [(3, "field-too-long")]
    assert max(row.line for row in reading) == 3 + csv.field_size_limit() + 1


def test_a_packed_file_that_breaks_off_says_where_and_gives_the_rows_before():
    rows = "".join(f"{n},2024-01-01,{n * 7919 % 1000} 号路灯不亮\n" for n in range(400))
    packed = gzip.compress(("id,time,text\n" + rows).encode())
    reading = read(packed[: len(packed) // 2])
    found = good(reading)
    assert found == [str(n) for n in range(len(found))]
    assert 10 < len(found) < 400
    assert [code for _, code in errors(reading)] == ["truncated"]
    assert errors(reading)[0][0] == len(found) + 2
    assert errors(read(packed[:-1])) == [(402, "truncated")]


def test_messages_never_carry_what_a_terminal_cannot_print():
    (row,) = read(b"time,text\n\xff\x1b[31m,abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz\n", encoding="utf-8")
    str(row.error).encode()
    (row,) = read("time,text\n\x1b[31mred,a\n")
    assert "\x1b" not in str(row.error)


CUT = HEAD + ROW + '8,2024-03-02,"漏水\n第二行",地下室,李四,,求助,\n' + ROW


@given(st.integers(0, len(CUT.encode())))
def test_a_file_cut_anywhere_gives_the_rows_before_the_cut(end):
    whole = [row.request for row in read(CUT)]
    try:
        rows = list(read(CUT.encode()[:end]))
    except RequestError:
        assert end < len(HEAD.encode())
        return
    assert [row.request for row in rows[:-1]] == whole[: max(len(rows) - 1, 0)]


cell = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)


@given(st.lists(st.tuples(cell, cell), min_size=1, max_size=6))
def test_what_the_csv_module_writes_is_read_back(rows):
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["id", "time", "title", "text"])
    for title, text in rows:
        writer.writerow(["r", "2024-01-01", title, text])
    found = [row.request for row in read(out.getvalue()) if row.request]
    kept = [(title.strip(), text.strip()) for title, text in rows if title.strip() or text.strip()]
    assert [(request.title, request.text) for request in found] == kept


# ── rendering ────────────────────────────────────────────────────────────────────────────────────


def test_a_view_is_rendered_as_one_line_of_json():
    view = {
        "number": "240301",
        "at": datetime(2024, 3, 1, 9, tzinfo=CHINA),
        "day": date(2024, 3, 1),
        "kind": Kind.HELP,
        "text": "一\n二",
        "roles": frozenset({"b", "a"}),
    }
    line = PlainChannel().render(view)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert "一\\n二".encode() in line
    assert json.loads(line) == {
        "number": "240301",
        "at": "2024-03-01T09:00:00+08:00",
        "day": "2024-03-01",
        "kind": "help",
        "text": "一\n二",
        "roles": ["a", "b"],
    }


@pytest.mark.parametrize("value", [float("nan"), object(), b"x"])
def test_a_view_json_has_no_word_for_is_refused(value):
    with pytest.raises(RequestError) as caught:
        PlainChannel().render({"x": value})
    assert caught.value.code == "not-json"


def test_half_a_character_is_rendered_as_json_spells_it():
    assert json.loads(PlainChannel().render({"x": "\ud800"})) == {"x": "\ud800"}


# ── the whole ────────────────────────────────────────────────────────────────────────────────────


def test_every_field_has_headers_and_no_header_belongs_to_two_fields():
    assert set(ALIASES) == {*REQUEST_FIELDS, *FACT_FIELDS}
    counts = Counter(alias for aliases in ALIASES.values() for alias in aliases)
    assert [alias for alias, count in counts.items() if count > 1] == []
    assert all(alias == "".join(alias.split()).lower() for alias in counts)


def test_a_missing_extra_says_how_to_get_it(monkeypatch):
    import sys
    import zipfile

    monkeypatch.setitem(sys.modules, "python_calamine", None)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    with pytest.raises(PluginError) as caught:
        read(packed.getvalue())
    assert 'pip install "hotline12345[excel]"' in caught.value.hint("en")


def test_the_real_messages_are_read_to_the_last_row(data_dir):
    packed = (data_dir / "messages" / "replied.csv.gz").read_bytes()
    with io.TextIOWrapper(io.BytesIO(gzip.decompress(packed)), "utf-8", newline="") as plain:
        expected = list(csv.DictReader(plain))
    mapping = parse_mapping("received=time,replied=reply_time,ref=id,title=title,text=text,requester=user")
    reading = read(packed, name="replied.csv.gz", mapping=mapping, kind=Kind.COMPLAINT)
    rows = list(reading)
    assert len(rows) == len(expected) == 2816
    assert errors(reading) == []
    for row, cells in zip(rows, expected, strict=True):
        assert (row.request.ref, row.request.title) == (cells["id"], cells["title"].strip())
        assert row.request.text == cells["text"].strip()
        assert row.facts["reply"] == cells["reply"].strip()
        for told, raw in ((row.request.received, cells["time"]), (row.facts["replied"], cells["reply_time"])):
            assert told.utcoffset() == timedelta(hours=8)
            assert told.replace(tzinfo=None) == _by_strptime(raw)


def _by_strptime(raw):
    raw = raw.replace("-", "/")
    form = "%Y/%m/%d %H:%M:%S" if ":" in raw else "%Y/%m/%d"
    return datetime.strptime(raw, form)  # noqa: DTZ007 - an independent reading of naive text


@pytest.mark.parametrize(
    ("name", "rows", "codes"), [("messages/hot.csv.gz", 4326, {}), ("fuzhou_orders.csv.gz", 1022, {})]
)
def test_other_real_files_are_read_by_their_own_headers(data_dir, name, rows, codes):
    packed = (data_dir / name).read_bytes()
    with io.TextIOWrapper(io.BytesIO(gzip.decompress(packed)), "utf-8-sig", newline="") as plain:
        assert sum(1 for _ in csv.reader(plain)) - 1 == rows
    found = list(read(packed))
    assert len(found) == rows
    assert Counter(row.error.code for row in found if row.error) == codes


def test_real_rows_without_a_time_come_back_and_only_those(data_dir):
    packed = (data_dir / "messages" / "labelled.csv.gz").read_bytes()
    with io.TextIOWrapper(io.BytesIO(gzip.decompress(packed)), "utf-8-sig", newline="") as plain:
        timeless = sum(1 for cells in csv.DictReader(plain) if not cells["time"].strip())
    found = list(read(packed))
    assert len(found) == 2555
    assert timeless > 0
    assert Counter(row.error.code for row in found if row.error) == {"missing-time": timeless}


def test_the_page_about_this_channel_lists_every_field_header_and_code(repo_root):
    import re

    page = (repo_root / "docs" / "reference" / "channel-plain.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` [^|]*\| ([^|]*) \|$", page, re.MULTILINE))
    assert {field: tuple(cell.replace("`", "").split()) for field, cell in rows.items()} == ALIASES
    source = "".join(
        path.read_text(encoding="utf-8") for path in (repo_root / "src/hotline12345/channels").glob("*.py")
    )
    codes = set(re.findall(r"(?:refusal\(|_bad\()\s*\"([a-z-]+)\"", source))
    codes |= set(re.findall(r'"(short-row|long-row)"', source)) | {"unknown-kind"}
    codes -= {"not-json"}  # of rendering
    assert codes == set(re.findall(r"`([a-z][a-z-]+)`", page.split("## 为什么退回")[1]))
