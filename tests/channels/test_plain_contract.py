"""The channel ``plain`` holds the contract, in every form it reads."""

from __future__ import annotations

import gzip

from hotline12345.channels.plain import PlainChannel
from hotline12345.testing.channel_contract import ChannelContract, Sample

CSV = "编号,受理时间,标题,内容\n1,2024/3/1 9:00:00,路灯不亮,整条路黑\n2,昨天,噪音,吵\n3,2024-03-02,漏水,地下室\n"
JSONL = (
    '{"ref": "1", "received": "2024-03-01T09:00:00+08:00", "text": "路灯不亮"}\n'
    '{"ref": "2", "received": \n'
    '{"ref": "3", "received": "2024-03-02 10:00", "text": "漏水"}\n'
)


class _Plain(ChannelContract):
    def channel(self):
        return PlainChannel()

    def view(self):
        return {"number": "240301090000000001", "status": "dispatched", "title": "路灯不亮"}


class TestCsv(_Plain):
    def payload(self):
        return Sample(CSV.encode(), good=2, bad=1)


class TestGb18030(_Plain):
    def payload(self):
        return Sample(CSV.encode("gb18030"), good=2, bad=1)


class TestGzip(_Plain):
    def payload(self):
        return Sample(gzip.compress(CSV.encode(), mtime=0), good=2, bad=1)


class TestJsonLines(_Plain):
    def payload(self):
        return Sample(JSONL.encode(), good=2, bad=1, options={"kind": "投诉"})
