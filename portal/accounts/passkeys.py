"""The ceremonies of passkeys: what the portal asks of a browser, and whether the answer is a true one.

A passkey always verifies its holder (by finger, face or number), so it is two factors at once. The question is kept in
the signed cookie, is good for five minutes, and is answered once: a passkey takes none that is older than its last use.
"""

import json
import secrets
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

import webauthn
from flask import Flask, current_app, request, session
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from portal.accounts import queries, services
from portal.accounts.models import Passkey, User
from portal.accounts.rules.signing_in import challenge_may_be_answered
from portal.core import clock
from portal.store import db, in_one_unit

EXTENSION = "portal_accounts_passkeys"
ASKED = "passkey"
LONGEST_ANSWER = 20_000
WRONG = (WebAuthnException, ValueError, KeyError, TypeError, AttributeError)


class Purpose(StrEnum):
    """What a passkey is asked for."""

    ADD = "add"
    SIGN_IN = "sign-in"
    SECOND = "second"
    PROVE = "prove"


def init_app(app: Flask, *, base_url: str, portal_name: str, secure: bool) -> None:
    """Say at which address passkeys are good; on a developer's machine it is the one that was typed."""
    app.extensions[EXTENSION] = (base_url if secure else None, portal_name)


def to_add(user: User) -> dict[str, Any]:
    """Return what a browser is asked, to make a new passkey for a person."""
    _address, name = current_app.extensions[EXTENSION]
    user_id, new = user.id, secrets.token_bytes(32)
    handle = in_one_unit(lambda unit: services.passkey_handle_of(unit, user_id, new=new))
    options = webauthn.generate_registration_options(
        rp_id=_host(),
        rp_name=name,
        user_id=handle,
        user_name=user.email,
        user_display_name=user.name,
        challenge=_ask(Purpose.ADD),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            require_resident_key=True,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_descriptors(queries.factors_of(db.session(), user_id).passkeys),
    )
    return _plain(webauthn.options_to_json(options))


def to_show(purpose: Purpose, passkeys: list[Passkey]) -> dict[str, Any]:
    """Return what a browser is asked, to show one of these passkeys; without any, whichever it has for the portal."""
    options = webauthn.generate_authentication_options(
        rp_id=_host(),
        challenge=_ask(purpose),
        allow_credentials=_descriptors(passkeys),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return _plain(webauthn.options_to_json(options))


def added(answer: str, name: str) -> services.NewPasskey | None:
    """Return the new passkey in a browser's answer, or None if it is none that the portal asked for."""
    challenge, _asked_at = _asked(Purpose.ADD)
    credential = _read(answer)
    if challenge is None or credential is None:
        return None
    try:
        found = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=_host(),
            expected_origin=_origin(),
            require_user_verification=True,
        )
        transports = [
            AuthenticatorTransport(word).value for word in credential["response"].get("transports", ())
        ]
    except WRONG:
        return None
    return services.NewPasskey(
        name=name,
        credential_id=found.credential_id,
        public_key=found.credential_public_key,
        sign_count=found.sign_count,
        transports=transports,
    )


def shown(answer: str, purpose: Purpose) -> tuple[Passkey, int] | None:
    """Return the passkey that a browser has shown, and its count of uses, or None if the answer is not a true one.

    Whose it is, and that it is noted as used, is the caller's part.
    """
    challenge, asked_at = _asked(purpose)
    credential = _read(answer)
    if challenge is None or asked_at is None or credential is None:
        return None
    try:
        passkey = queries.passkey_of_credential(db.session(), base64url_to_bytes(credential["rawId"]))
        if passkey is None or not challenge_may_be_answered(
            asked_at, last_used_at=passkey.used_at, at=clock.now()
        ):
            return None
        found = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=_host(),
            expected_origin=_origin(),
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except WRONG:
        return None
    return passkey, found.new_sign_count


def _ask(purpose: Purpose) -> bytes:
    challenge = secrets.token_bytes(32)
    session[ASKED] = {
        "challenge": bytes_to_base64url(challenge),
        "purpose": purpose.value,
        "at": clock.now().timestamp(),
    }
    return challenge


def _asked(purpose: Purpose) -> tuple[bytes | None, datetime | None]:
    kept = session.pop(ASKED, None)
    if not isinstance(kept, dict) or kept.get("purpose") != purpose.value:
        return None, None
    asked_at = datetime.fromtimestamp(kept["at"], UTC)
    if not challenge_may_be_answered(asked_at, last_used_at=None, at=clock.now()):
        return None, None
    return base64url_to_bytes(kept["challenge"]), asked_at


def _read(answer: str) -> dict[str, Any] | None:
    if not answer or len(answer) > LONGEST_ANSWER:
        return None
    try:
        found = json.loads(answer)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not isinstance(found.get("response"), dict):
        return None
    return found


def _descriptors(passkeys: list[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            id=passkey.credential_id,
            transports=[AuthenticatorTransport(word) for word in passkey.transports],
        )
        for passkey in passkeys
    ]


def _origin() -> str:
    address, _name = current_app.extensions[EXTENSION]
    parts = urlsplit(address or request.host_url)
    return f"{parts.scheme}://{parts.netloc}"


def _host() -> str:
    return urlsplit(_origin()).hostname or ""


def _plain(written: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(written)
    return found
