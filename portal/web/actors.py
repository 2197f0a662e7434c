"""Who is acting in this request, and the decorators that turn strangers away."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import flask
from flask import Flask, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.core.actors import Actor, Role
from portal.core.errors import NotFound

P = ParamSpec("P")
Loader = Callable[[int], Actor]
EXTENSION = "portal_actor_loader"


def init_app(app: Flask, loader: Loader) -> None:
    """Tell the edge how to load the actor of a signed-in person, by the person's id."""
    app.extensions[EXTENSION] = loader


def maybe_actor() -> Actor | None:
    """Return who is acting, or None for a visitor who has not signed in."""
    if "actor" not in g:
        loader: Loader = current_app.extensions[EXTENSION]
        g.actor = loader(current_user.id) if current_user.is_authenticated else None
    actor: Actor | None = g.actor
    return actor


def current_actor() -> Actor:
    """Return who is acting; raises `NotFound` for a visitor, who has no business on such a page."""
    actor = maybe_actor()
    if actor is None:
        raise NotFound
    return actor


def signed_in(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Let only people who are signed in reach the view; others sign in first and come back."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if maybe_actor() is None:
            target = request.full_path if request.method == "GET" else None
            return redirect(url_for("security.login", next=target))
        return view(*args, **kwargs)

    guarded.needs = "signed_in"  # type: ignore[attr-defined]
    return guarded


def for_roles(
    *roles: Role,
) -> Callable[[Callable[P, ResponseReturnValue]], Callable[P, ResponseReturnValue]]:
    """Let only actors who hold one of the roles reach the view; for others it does not exist."""

    def decorate(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
        @wraps(view)
        def checked(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            if not current_actor().roles & set(roles):
                raise NotFound
            return view(*args, **kwargs)

        guarded = signed_in(checked)
        guarded.needs = tuple(role.value for role in roles)  # type: ignore[attr-defined]
        return guarded

    return decorate


def back(endpoint: str, **values: object) -> ResponseReturnValue:
    """Redirect to a page of our own after a POST."""
    return flask.redirect(url_for(endpoint, **values), code=303)  # type: ignore[arg-type]
