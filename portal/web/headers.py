"""What every response says to the browser: what it may load, and that it must not guess."""

from flask import Flask, Response, request

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
ASKED_AGAIN = frozenset({"calendars.feed"})
"""What a program may keep for its owner if it asks each time whether it is still so."""


def init_app(app: Flask, *, secure: bool) -> None:
    """Set the security headers of every response; `secure` says that the portal is reached over HTTPS."""

    @app.after_request
    def set_headers(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", POLICY)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if secure:
            headers.setdefault("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
        if request.endpoint in ASKED_AGAIN:
            headers["Cache-Control"] = "private, no-cache"
        elif request.endpoint != "static":
            headers["Cache-Control"] = "no-store"  # whatever a library wrote, in its own spelling
        return response


__all__ = ["POLICY", "init_app"]
