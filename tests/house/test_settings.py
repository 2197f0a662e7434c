"""Every setting is documented, and a start without what it needs says everything that is missing."""

import re
from pathlib import Path

import pytest

from portal.app import create_app
from portal.config import Mode, SettingsError, settings_from

ROOT = Path(__file__).resolve().parents[2]
READ = re.compile(r'(?:environment\.get|needed|number|stated)\(\s*"([A-Z_]+)"')


def test_every_setting_stands_in_the_table() -> None:
    read = set(READ.findall((ROOT / "portal" / "config.py").read_text()))
    table = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs" / "production.md").read_text(), re.MULTILINE))
    assert read == table


def test_a_production_start_names_everything_that_is_missing() -> None:
    with pytest.raises(SettingsError) as refused:
        settings_from({})
    for name in ("SECRET_KEY", "SECURITY_PASSWORD_SALT", "DATABASE_URL", "PORTAL_BASE_URL"):
        assert name in str(refused.value)


def test_weak_secrets_and_plain_http_are_refused_in_production() -> None:
    weak = {
        "SECRET_KEY": "short",
        "SECURITY_PASSWORD_SALT": "short",
        "DATABASE_URL": "sqlite://",
        "PORTAL_BASE_URL": "http://portal.example",
    }
    with pytest.raises(SettingsError) as refused:
        settings_from(weak)
    assert str(refused.value).count("too short") == 2
    assert "https://" in str(refused.value)


def test_a_day_that_is_none_and_an_address_that_leads_nowhere_are_refused() -> None:
    with pytest.raises(SettingsError) as refused:
        settings_from(
            {"ACCESSIBILITY_ASSESSED_ON": "31/1/2027", "ACCESSIBILITY_COMPLAINTS_URL": "javascript:alert(1)"}
        )
    assert "ACCESSIBILITY_ASSESSED_ON or _UPDATED_ON is '31/1/2027': write a day as 2027-01-31" in str(
        refused.value
    )
    assert "ACCESSIBILITY_COMPLAINTS_URL must be an https:// address" in str(refused.value)


def test_a_telephone_number_that_cannot_be_called_is_refused() -> None:
    with pytest.raises(SettingsError) as refused:
        settings_from({"OPERATOR_TELEPHONE": "ask the desk"})
    assert "OPERATOR_TELEPHONE is 'ask the desk': write one number, as +46 40 12 34 56" in str(refused.value)


def test_the_demo_needs_nothing_but_its_secrets(tmp_path: Path) -> None:
    settings = settings_from(
        {
            "PORTAL_MODE": "demo",
            "SECRET_KEY": "s",
            "SECURITY_PASSWORD_SALT": "s",
            "PORTAL_INSTANCE": str(tmp_path),
        }
    )
    assert settings.mode is Mode.DEMO
    assert settings.database_url == f"sqlite:///{tmp_path / 'portal.sqlite'}"


def test_in_production_the_portal_answers_to_its_own_name_only(tmp_path: Path) -> None:
    settings = settings_from(
        {
            "SECRET_KEY": "a secret for tests, and only for tests",
            "SECURITY_PASSWORD_SALT": "a salt for tests, and only for tests",
            "DATABASE_URL": f"sqlite:///{tmp_path / 'portal.sqlite'}",
            "PORTAL_BASE_URL": "https://portal.example",
            "PORTAL_INSTANCE": str(tmp_path),
        }
    )
    client = create_app(settings).test_client()
    assert client.get("/accessibility", base_url="https://portal.example").status_code != 400
    stranger = client.get("/accessibility", base_url="https://elsewhere.example")
    assert stranger.status_code == 400
    assert b"elsewhere" not in stranger.data
