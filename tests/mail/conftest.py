"""A mail server of our own, and the portal's transport in a test's hands."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask

from portal.mail.delivery import EXTENSION
from portal.mail.transport import transport_for

SENDER = "ATMP portal <no-reply@portal.example>"


@dataclass
class Postbox:
    """What a mail server was given, which addresses it refuses with which answer, and how slow it is."""

    answers: dict[str, str] = field(default_factory=dict)
    received: list[EmailMessage] = field(default_factory=list)
    refused_sender: str | None = None
    slowness: float = 0.0
    """How many seconds it takes to answer who sends."""
    after: dict[str, int] = field(default_factory=dict)
    """For which addresses it gives no answer before it has received so many messages."""
    came: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def handle_MAIL(  # noqa: N802 - the server looks for this name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        await asyncio.sleep(self.slowness)
        if self.refused_sender is not None:
            return self.refused_sender
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - the server looks for this name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        async with self.came:
            await self.came.wait_for(lambda: len(self.received) >= self.after.get(address, 0))
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - as above
        email = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(email, EmailMessage)
        self.received.append(email)
        async with self.came:
            self.came.notify_all()
        return "250 OK"

    @property
    def recipients(self) -> list[str]:
        return [str(email["To"]) for email in self.received]


@dataclass
class Server:
    """A mail server on loopback."""

    url: str
    postbox: Postbox


@pytest.fixture
def smtp() -> Iterator[Server]:
    postbox = Postbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(postbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield Server(f"smtp://127.0.0.1:{port}", postbox)
    finally:
        controller.stop()


@pytest.fixture
def send_by(app: Flask, tmp_path: Path) -> Iterator[Callable[[str | None], Path]]:
    """Let a test choose where the portal's mail goes; the answer is the folder used without a server."""
    before = app.extensions[EXTENSION]

    def choose(url: str | None) -> Path:
        app.extensions[EXTENSION] = (transport_for(url, tmp_path), SENDER)
        return tmp_path

    yield choose
    app.extensions[EXTENSION] = before
