"""`portal files` tells an operator whether everything is there, by words and by exit code."""

import io
from pathlib import Path

import pytest
from click.testing import CliRunner

from portal.app import create_app
from portal.cli import main
from portal.config import Settings
from portal.files import keeping, services
from portal.store import Base, db, in_one_unit
from tests import make
from tests.conftest import settings_for
from tests.engines import new_database
from tests.files import samples


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Return the settings of a portal with one uploaded file, as the environment names them."""
    chosen = settings_for(new_database("sqlite", tmp_path), tmp_path)
    for name, value in {
        "PORTAL_MODE": "test",
        "SECRET_KEY": chosen.secret_key,
        "SECURITY_PASSWORD_SALT": chosen.password_salt,
        "DATABASE_URL": chosen.database_url,
        "PORTAL_INSTANCE": str(tmp_path),
    }.items():
        monkeypatch.setenv(name, value)
    with create_app(chosen).app_context():
        Base.metadata.create_all(db.engine)
        kept = keeping.keep("Report.pdf", io.BytesIO(samples.PDF), at=make.NOON)
        in_one_unit(lambda session: services.add_file(session, kept, by_id=1, at=make.NOON).id)
        keeping.keep("unused.txt", io.BytesIO(samples.TEXT), at=make.NOON)
        db.engine.dispose()
    return chosen


def test_whole_files_are_called_whole(settings: Settings) -> None:
    result = CliRunner().invoke(main, ["files", "verify"])
    assert (result.exit_code, result.output.strip()) == (0, "every file is whole")
    assert settings.files_url is None


def test_a_missing_and_a_changed_file_end_with_one(settings: Settings) -> None:
    path = next(
        path
        for path in (settings.instance / "files").rglob("*")
        if path.is_file() and path.read_bytes() == samples.PDF
    )
    path.write_bytes(b"forged")
    changed = CliRunner().invoke(main, ["files", "verify"])
    path.unlink()
    missing = CliRunner().invoke(main, ["files", "verify"])
    assert (changed.exit_code, missing.exit_code) == (1, 1)
    assert f"changed: {path.name} Report.pdf" in changed.output
    assert f"missing: {path.name} Report.pdf" in missing.output


def test_the_sweeper_forgets_what_nobody_used(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.core.clock.now", lambda: make.NOON.replace(year=2028))
    result = CliRunner().invoke(main, ["files", "sweep"])
    assert (result.exit_code, result.output.strip()) == (0, "1 contents were forgotten")
    assert len([path for path in (settings.instance / "files").rglob("*") if path.is_file()]) == 1


def test_a_store_that_does_not_answer_ends_with_two(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FILES_URL", "s3://key:secret@box/?endpoint=http://127.0.0.1:9")
    result = CliRunner().invoke(main, ["files", "verify"])
    assert result.exit_code == 2
    assert "the store cannot be reached" in result.output
    assert "secret" not in result.output
    assert settings.files_url is None
