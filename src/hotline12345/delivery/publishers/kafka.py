"""Kafka (消息日志), by confluent-kafka: an idempotent producer, all replicas, one order in one partition."""

from __future__ import annotations

from typing import Any

from ..protocol import DONE, LATER, Answer, Message, Settings, Wrong
from . import library, option_faults, timeout_of


class KafkaPublisher:
    """Produces to a topic (写入主题), keyed by order so that an order's messages stay in order.

    ``url`` is the list of brokers ``host:port,host:port``.  Options: ``topic`` (needed), and ``config``, a table of the
    client's own settings (librdkafka); a SASL password comes from ``secret_env`` or ``secret_file``.
    """

    api = 1

    def __init__(self, settings: Settings) -> None:
        self._kafka = library("confluent_kafka", "confluent-kafka", "kafka")
        self._settings = settings
        self._timeout = timeout_of(settings)
        self._producer: Any = None

    @staticmethod
    def faults(settings: Settings) -> list[Wrong]:
        """Return what is wrong with *settings*."""
        found = list(option_faults(settings, {"topic": str, "config": dict}, "topic"))
        hosts = settings.url.split(",")
        if "/" in settings.url or not all(h.rpartition(":")[0] and h.rpartition(":")[2].isdigit() for h in hosts):
            found.append(
                Wrong("url", "应为 主机:端口，多个以逗号分隔", "must be HOST:PORT, several with commas between")
            )
        config = settings.options.get("config", {})
        for key in config if isinstance(config, dict) else ():
            if "password" in key or "secret" in key:
                zh, en = "密码不写在文件里：用 secret_env 或 secret_file", "no password in the file: use secret_env"
                found.append(Wrong(f"options.config.{key}", zh, en))
        return found

    def publish(self, message: Message) -> Answer:
        """Produce *message* and wait for the brokers."""
        reports: list[Any] = []
        try:
            if self._producer is None:
                self._producer = self._kafka.Producer(self._config())
            self._producer.produce(
                self._settings.options["topic"],
                value=message.body,
                key=f"{message.place}/{message.number}".encode("utf-8", "surrogatepass"),
                headers={"content-type": message.content_type, "id": message.id},
                on_delivery=lambda error, _: reports.append(error),
            )
            self._producer.flush(self._timeout)
        except (self._kafka.KafkaException, BufferError) as error:
            self.close()
            return Answer(LATER, f"Kafka: {type(error).__name__}")
        if reports and reports[0] is None:  # "is": the client's errors cannot be compared with None
            return Answer(DONE)
        # What was not confirmed is dropped with its producer, so that it does not go out behind our back.
        self.close()
        if not reports:
            return Answer(LATER, f"{self._timeout:g} 秒内没有确认 / no confirmation within {self._timeout:g} s")
        return Answer(LATER, f"Kafka: {reports[0].name()}")

    def _config(self) -> dict[str, Any]:
        config = {
            **self._settings.options.get("config", {}),
            "bootstrap.servers": self._settings.url,
            "enable.idempotence": True,
            "acks": "all",
            "message.timeout.ms": int(self._timeout * 1000),
        }
        if self._settings.secrets:
            config["sasl.password"] = self._settings.secrets[0].decode()
        return config

    def close(self) -> None:
        """Let go of the producer and of what it has not sent."""
        producer, self._producer = self._producer, None
        if producer is not None and len(producer):
            producer.purge()
            producer.flush(0)
