"""Workbooks: dates are Excel's, numbers that lost digits are refused, and bombs are not unpacked."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime

import pytest

from hotline12345.channels import excel
from hotline12345.channels.plain import PlainChannel
from hotline12345.channels.times import CHINA
from hotline12345.core.errors import RequestError

pytest.importorskip("python_calamine")

SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
PARTS = {
    "[Content_Types].xml": f"""<Types xmlns="{PACKAGE}/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/xl/workbook.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>""",
    "_rels/.rels": f"""<Relationships xmlns="{PACKAGE}/relationships">
<Relationship Id="r1" Type="{REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>""",
    "xl/styles.xml": f"""<styleSheet xmlns="{SHEET}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs>
</styleSheet>""",
}


def workbook(*sheets: str) -> bytes:
    """Write a workbook by hand: each sheet is its rows in SpreadsheetML."""
    numbers = range(1, len(sheets) + 1)
    names = "".join(f'<sheet name="表{n}" sheetId="{n}" r:id="r{n}"/>' for n in numbers)
    links = "".join(f'<Relationship Id="r{n}" Type="{REL}/worksheet" Target="worksheets/s{n}.xml"/>' for n in numbers)
    links += f'<Relationship Id="r99" Type="{REL}/styles" Target="styles.xml"/>'
    parts = {
        **PARTS,
        "xl/workbook.xml": f'<workbook xmlns="{SHEET}" xmlns:r="{REL}"><sheets>{names}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>',
    }
    for n, rows in zip(numbers, sheets, strict=True):
        parts[f"xl/worksheets/s{n}.xml"] = f'<worksheet xmlns="{SHEET}"><sheetData>{rows}</sheetData></worksheet>'
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return packed.getvalue()


def row(number: int, *cells: object) -> str:
    """Write one row: text as inline strings, numbers as numbers, ``(serial,)`` as a date, ``None`` as nothing."""
    out = []
    for column, cell in zip("ABCDEFGH", cells, strict=False):
        at = f'r="{column}{number}"'
        if isinstance(cell, str):
            out.append(f'<c {at} t="inlineStr"><is><t>{cell}</t></is></c>')
        elif isinstance(cell, tuple):
            out.append(f'<c {at} s="1"><v>{cell[0]}</v></c>')
        elif cell is not None:
            out.append(f"<c {at}><v>{cell!r}</v></c>")
    return f'<row r="{number}">{"".join(out)}</row>'


def refused(data: bytes, **options: str) -> RequestError:
    with pytest.raises(RequestError) as caught:
        PlainChannel().read(data, **options)
    return caught.value


HEAD = row(1, "编号", "受理时间", "内容", "电话")
# 43580 days after 1899-12-30 is 2019-04-25.
DAY = (date(2019, 4, 25) - date(1899, 12, 30)).days


def test_dates_are_excels_and_whole_numbers_are_written_without_a_point():
    reading = PlainChannel().read(workbook(HEAD + row(2, 12, (DAY + 0.5,), "路灯不亮", 13800000000)))
    (found,) = reading
    assert found.request.ref == "12"
    assert found.request.received == datetime(2019, 4, 25, 12, tzinfo=CHINA)
    assert found.request.requester.phone == "13800000000"
    assert (reading.format, reading.encoding) == ("xlsx", "")
    assert [note.code for note in reading.notes] == ["assumed-offset"]


def test_an_identity_number_that_lost_its_digits_refuses_its_row_only():
    rows = row(2, 110101199003078515, (DAY,), "一") + row(3, "110101199003078515", (DAY,), "二")
    first, second = PlainChannel().read(workbook(HEAD + rows))
    assert (first.line, first.error.code, first.error.facts["column"]) == (2, "lost-digits", "编号")
    assert second.request.ref == "110101199003078515"


@pytest.mark.parametrize(("number", "lost"), [(999_999_999_999_999, False), (1_000_000_000_000_000, True)])
def test_sixteen_digits_are_one_too_many(number, lost):
    (found,) = PlainChannel().read(workbook(HEAD + row(2, number, (DAY,), "一")))
    assert bool(found.error) is lost


def test_a_bare_number_is_no_date():
    (found,) = PlainChannel().read(workbook(HEAD + row(2, "1", DAY, "一")))
    assert (found.error.code, found.error.facts["column"]) == ("bad-time", "受理时间")


def test_empty_rows_and_columns_at_the_start_move_nothing():
    shifted = row(3, None, "编号", "受理时间", "内容") + row(5, None, "8", (DAY,), "路灯不亮")
    (found,) = PlainChannel().read(workbook(shifted))
    assert (found.line, found.request.ref, found.request.text) == (5, "8", "路灯不亮")


def test_a_title_above_the_header_is_passed_over():
    rows = row(1, "2019年4月工单明细") + row(2, "编号", "受理时间", "内容") + row(3, "8", "2019/4/25 9:00", "路灯不亮")
    (found,) = PlainChannel().read(workbook(rows))
    assert (found.line, found.request.ref) == (3, "8")


def test_the_first_sheet_is_read_and_the_others_are_named():
    data = workbook(HEAD + row(2, "1", (DAY,), "一"), HEAD + row(2, "2", (DAY,), "二"))
    reading = PlainChannel().read(data)
    assert [found.request.ref for found in reading] == ["1"]
    assert "表2" in reading.notes[0].zh
    assert [found.request.ref for found in PlainChannel().read(data, sheet="表2")] == ["2"]
    error = refused(data, sheet="表3")
    assert error.code == "unknown-sheet"
    assert "表1、表2" in error.hint("zh")


def test_an_empty_sheet_is_an_empty_file():
    assert refused(workbook("")).code == "empty-file"


@pytest.mark.parametrize("cut", [30, 300, -30])
def test_a_workbook_that_breaks_off_is_refused(cut):
    assert refused(workbook(HEAD)[:cut]).code == "bad-workbook"


def test_an_old_or_encrypted_workbook_is_refused_with_a_way_out():
    error = refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    assert error.code == "bad-workbook"
    assert ".xlsx" in error.hint("en")


def test_another_zip_is_no_workbook():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("orders.csv", "a,b")
    assert refused(packed.getvalue()).code == "bad-workbook"


def _bomb(size: int) -> bytes:
    packed = io.BytesIO(workbook(HEAD))
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/blank.bin", bytes(size))
    return packed.getvalue()


def test_a_bomb_is_refused_by_its_directory_before_anything_is_unpacked(monkeypatch):
    data = _bomb(17 * 2**20)
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_, **__: pytest.fail("unpacked"))
    assert refused(data).code == "too-large"


def test_a_bomb_whose_directory_lies_is_refused_before_the_reader_sees_it():
    data = bytearray(_bomb(17 * 2**20))
    real, told = (17 * 2**20).to_bytes(4, "little"), (1000).to_bytes(4, "little")
    while (at := data.find(real)) >= 0:
        data[at : at + 4] = told
    assert refused(bytes(data)).code == "bad-workbook"


def test_one_cell_far_out_does_not_lay_out_the_whole_sheet():
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    error = refused(workbook(HEAD + far))
    assert error.code == "too-large"
    assert "1048576" in error.en


def test_a_sheet_of_ordinary_width_passes_the_check():
    excel.check_workbook(workbook(HEAD + row(2, 1, (DAY,), "一")))
