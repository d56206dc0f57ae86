"""RabbitMQ (消息队列), by pika: persistent messages, mandatory, and the broker's confirmation awaited."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from ..protocol import DONE, LATER, Answer, Message, Settings, Wrong
from . import common_faults, library, timeout_of


class RabbitPublisher:
    """Publishes to an exchange (发布到交换机); the message is taken when a queue has it and the broker says so.

    Options: ``routing_key`` (needed; the queue's name with the default exchange), ``exchange``.
    """

    api = 1

    def __init__(self, settings: Settings) -> None:
        self._pika = library("pika", "pika", "rabbitmq")
        self._settings = settings
        self._timeout = timeout_of(settings)
        self._connection: Any = None
        self._channel: Any = None

    @staticmethod
    def faults(settings: Settings) -> list[Wrong]:
        """Return what is wrong with *settings*."""
        options = {"exchange": str, "routing_key": str}
        return list(common_faults(settings, ("amqp", "amqps"), options, "routing_key"))

    def publish(self, message: Message) -> Answer:
        """Publish *message* and wait for the broker."""
        pika = self._pika
        try:
            self._connect()
            self._channel.basic_publish(
                self._settings.options.get("exchange", ""),
                self._settings.options["routing_key"],
                message.body,
                pika.BasicProperties(
                    content_type=message.content_type,
                    delivery_mode=2,
                    message_id=message.id,
                    timestamp=int(message.sent.timestamp()),
                    type=message.kind,
                ),
                mandatory=True,
            )
        except pika.exceptions.UnroutableError:
            return Answer(LATER, "没有队列接收 / no queue takes it (unroutable)")
        except pika.exceptions.NackError:
            return Answer(LATER, "服务器拒收 / the broker refused it (nack)")
        except (pika.exceptions.AMQPError, OSError) as error:
            self.close()
            return Answer(LATER, f"RabbitMQ: {type(error).__name__}")
        return Answer(DONE)

    def _connect(self) -> None:
        if self._channel is not None and self._channel.is_open:
            return
        self.close()
        parameters = self._pika.URLParameters(self._settings.url)
        parameters.socket_timeout = parameters.stack_timeout = self._timeout
        parameters.blocked_connection_timeout = self._timeout
        parameters.connection_attempts = 1
        self._connection = self._pika.BlockingConnection(parameters)
        self._channel = self._connection.channel()
        self._channel.confirm_delivery()

    def close(self) -> None:
        """Let go of the connection."""
        connection, self._connection, self._channel = self._connection, None, None
        if connection is not None and connection.is_open:
            with suppress(self._pika.exceptions.AMQPError, OSError):
                connection.close()
