"""`portal run`: everything on one machine, for a first look and for demonstrations."""

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from portal.config import ROOT, Mode

SECRETS = ("SECRET_KEY", "SECURITY_PASSWORD_SALT")


@click.command()
@click.option("--port", default=5000, show_default=True, help="Port on this machine's loopback address.")
@click.option("--workers", default=2, show_default=True, help="Web processes.")
def run(port: int, workers: int) -> None:
    """Migrate, fill with the demo ecosystem on first start, and serve web and jobs together on this machine."""
    environment = {**os.environ, **_for_this_machine(os.environ, port)}
    _portal(["migrate"], environment)
    if environment["PORTAL_MODE"] == Mode.DEMO.value:
        _portal(["demo", "--if-empty"], environment)
    children = [
        subprocess.Popen([*_command(), "jobs"], env=environment, cwd=ROOT),
        subprocess.Popen(_gunicorn(port, workers), env=environment, cwd=ROOT),
    ]
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
    try:
        _portal(["demo", "--sign-ins", "--address", environment["PORTAL_BASE_URL"]], environment)
        children[1].wait()
    except KeyboardInterrupt:
        pass
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.wait(timeout=20)


def _for_this_machine(environment: Mapping[str, str], port: int) -> dict[str, str]:
    """Return what a first start needs and nobody has set: demo mode, an address, secrets of this machine's own."""
    instance = Path(environment.get("PORTAL_INSTANCE") or ROOT / "instance")
    instance.mkdir(parents=True, exist_ok=True)
    return {
        "PORTAL_MODE": environment.get("PORTAL_MODE") or Mode.DEMO.value,
        "PORTAL_BASE_URL": environment.get("PORTAL_BASE_URL") or f"http://127.0.0.1:{port}",
        "PORTAL_INSTANCE": str(instance),
        **{name: environment.get(name) or _kept_secret(instance, name) for name in SECRETS},
    }


def _kept_secret(instance: Path, name: str) -> str:
    """Return this machine's secret, made on the first start and readable by nobody else."""
    file = instance / f"{name.lower()}.txt"
    if not file.exists():
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
            new.write(secrets.token_urlsafe(48))
    return file.read_text().strip()


def _command() -> list[str]:
    return [sys.executable, "-m", "portal.cli"]


def _portal(arguments: list[str], environment: Mapping[str, str]) -> None:
    done = subprocess.run([*_command(), *arguments], env=dict(environment), cwd=ROOT, check=False)
    if done.returncode:
        raise SystemExit(done.returncode)


def _gunicorn(port: int, workers: int) -> list[str]:
    return [
        sys.executable,
        "-m",
        "gunicorn",
        "--bind",
        f"127.0.0.1:{port}",
        "--workers",
        str(workers),
        "--threads",
        "4",
        "--log-level",
        "warning",
        "wsgi:app",
    ]
