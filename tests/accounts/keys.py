"""A passkey made of software, which answers a portal's questions as a browser hands them on."""

import hashlib
import json
import secrets
import struct
from typing import Any

from cbor2 import dumps
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

ORIGIN = "http://localhost"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


class SoftwareKey:
    """One passkey: it keeps its private half, and counts its uses."""

    def __init__(self, *, verifies: bool = True, origin: str = ORIGIN) -> None:
        """Make a key that checks its holder's finger, unless told otherwise."""
        self.flags = PRESENT | (VERIFIED if verifies else 0)
        self.origin = origin
        self.id = secrets.token_bytes(16)
        self.count = 0
        self._private = ec.generate_private_key(ec.SECP256R1())

    @property
    def public(self) -> bytes:
        """Return the public half as the portal keeps it."""
        numbers = self._private.public_key().public_numbers()
        return dumps(
            {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        )

    def made(self, options: dict[str, Any]) -> str:
        """Return the answer to the question for a new passkey."""
        attested = bytes(16) + struct.pack(">H", len(self.id)) + self.id + self.public
        data = self._data(options["rp"]["id"], self.flags | ATTESTED) + attested
        return self._answer(
            {
                "clientDataJSON": bytes_to_base64url(self._client("webauthn.create", options)),
                "attestationObject": bytes_to_base64url(
                    dumps({"fmt": "none", "attStmt": {}, "authData": data})
                ),
                "transports": ["internal"],
            }
        )

    def shown(self, options: dict[str, Any]) -> str:
        """Return the answer to the question to show the passkey."""
        self.count += 1
        data, client = self._data(options["rpId"], self.flags), self._client("webauthn.get", options)
        signature = self._private.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            {
                "clientDataJSON": bytes_to_base64url(client),
                "authenticatorData": bytes_to_base64url(data),
                "signature": bytes_to_base64url(signature),
            }
        )

    def _answer(self, response: dict[str, Any]) -> str:
        written = bytes_to_base64url(self.id)
        return json.dumps({"id": written, "rawId": written, "type": "public-key", "response": response})

    def _client(self, kind: str, options: dict[str, Any]) -> bytes:
        challenge = bytes_to_base64url(base64url_to_bytes(options["challenge"]))
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _data(self, host: str, flags: int) -> bytes:
        return hashlib.sha256(host.encode()).digest() + bytes([flags]) + struct.pack(">I", self.count)
