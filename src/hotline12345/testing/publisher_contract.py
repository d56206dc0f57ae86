"""What every publisher must hold (发布器契约): numbered clauses, one test each.

Subclass it in your own tests, say how it is made and what its receiver has, and run pytest::

    class TestMyPublisher(PublisherContract):
        publisher = MyPublisher
        def settings(self): return Settings("my://127.0.0.1/queue")
        def away(self): return Settings("my://127.0.0.1:1/queue")
        def received(self): return [(message.id, message.body) for message in my_queue]
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hotline12345.delivery.protocol import API, DONE, LATER, Answer, Message, Publisher, Settings

CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"


def message_of(version: int, number: str = "合同-1", size: int = 0) -> Message:
    """Return a message (样例消息) of the order *number*, with *size* more bytes of Chinese in its body."""
    body = f'{{"version":{version},"text":"{"路灯" * (size // 6)}"}}'.encode()
    sent = datetime(2026, 9, 18, 2, 0, tzinfo=UTC)
    message_id = f"210100:contract-{number.encode().hex()}:{version}"
    return Message(message_id, "Received", "210100", number, version, body, sent, CONTENT_TYPE)


class PublisherContract:
    """The contract of a publisher (发布器契约), clauses PB1 to PB8."""

    publisher: Any
    """The plug-in: the class that the entry point names."""

    def settings(self) -> Settings:
        """Return settings with which it reaches an empty receiver."""
        raise NotImplementedError

    def away(self) -> Settings:
        """Return settings of a receiver that is not there."""
        raise NotImplementedError

    def received(self) -> list[tuple[str, bytes]]:
        """Return (id, body) of what the receiver has, in the order it came."""
        raise NotImplementedError

    def _made(self) -> Publisher:
        made: Publisher = self.publisher(self.settings())
        return made

    def test_PB1_it_speaks_this_version_of_the_protocol(self) -> None:
        """PB1: ``api`` is the version this library speaks, and the methods are there."""
        assert self.publisher.api == API
        made = self._made()
        assert isinstance(made, Publisher)
        made.close()

    def test_PB2_it_tells_its_faults_without_connecting(self) -> None:
        """PB2: good settings have no fault, whether the receiver is there or not; an empty address has one."""
        assert self.publisher.faults(self.settings()) == []
        assert self.publisher.faults(self.away()) == []
        for wrong in self.publisher.faults(Settings("")):
            assert wrong.key
            assert wrong.zh
            assert wrong.en
        assert self.publisher.faults(Settings(""))

    def test_PB3_an_option_that_is_not_known_is_a_fault(self) -> None:
        """PB3: whoever mistypes an option is told, with its key."""
        good = self.settings()
        found = self.publisher.faults(good._replace(options={**good.options, "no such option": 1}))
        assert [wrong.key for wrong in found] == ["options.no such option"]

    def test_PB4_what_it_calls_done_is_there_and_whole(self) -> None:
        """PB4: the receiver has the very bytes, under the message's id."""
        made, big = self._made(), message_of(1, size=200_000)
        assert made.publish(big) == Answer(DONE)
        assert (big.id, big.body) in self.received()
        made.close()

    def test_PB5_messages_of_an_order_arrive_in_order(self) -> None:
        """PB5: in the order they were published."""
        made = self._made()
        sent = [message_of(version) for version in range(1, 31)]
        assert all(made.publish(message) == Answer(DONE) for message in sent)
        ids = [message.id for message in sent]
        assert [one for one, _ in self.received() if one in ids] == ids
        made.close()

    def test_PB6_what_is_sent_twice_is_known_by_its_id(self) -> None:
        """PB6: a double has the same id and the same bytes, where the receiver does not drop it by itself."""
        made, twice = self._made(), message_of(1)
        assert [made.publish(twice).verdict for _ in range(2)] == [DONE, DONE]
        assert {body for one, body in self.received() if one == twice.id} == {twice.body}
        made.close()

    def test_PB7_closed_twice_and_used_again_it_works(self) -> None:
        """PB7: ``close`` is harmless, and the next message connects again."""
        made = self._made()
        made.close()
        assert made.publish(message_of(1)).verdict == DONE
        made.close()
        made.close()
        assert made.publish(message_of(2)).verdict == DONE
        made.close()

    def test_PB8_a_receiver_that_is_not_there_is_no_error_and_no_success(self) -> None:
        """PB8: the answer is ``LATER``, with words that say what is wrong."""
        made: Publisher = self.publisher(self.away())
        answer = made.publish(message_of(1))
        assert answer.verdict == LATER
        assert answer.error
        made.close()
