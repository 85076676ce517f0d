"""Settings: read once, frozen, and a mistake in a variable is one clear line in two languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from waystation.contracts.errors import Refused
from waystation.settings import Settings


def test_defaults_are_a_private_installation_on_this_machine() -> None:
    """Without any variable: loopback, embedded Temporal, data in var/."""
    settings = Settings.read({})
    assert (settings.url, settings.loopback) == ("http://127.0.0.1:8080", True)
    assert (settings.temporal_address, settings.database_url) == (None, None)
    assert settings.data_dir == Path("var")


def test_every_variable_is_read() -> None:
    """Names are the prefix and the field, and the three that operators know."""
    settings = Settings.read(
        {
            "WAYSTATION_PORT": "9000",
            "WAYSTATION_DATA_DIR": "data",
            "WAYSTATION_LOG_LEVEL": "debug",
            "DATABASE_URL": "postgresql://u@db/w",
            "TEMPORAL_ADDRESS": "temporal:7233",
            "TEMPORAL_NAMESPACE": "ops",
            "PATH": "left alone",
        }
    )
    assert (settings.port, settings.data_dir, settings.log_level) == (9000, Path("data"), "debug")
    assert settings.database_url == "postgresql://u@db/w"
    assert (settings.temporal_address, settings.temporal_namespace) == ("temporal:7233", "ops")


def test_the_environment_is_seen_only_by_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings made in a test do not depend on the machine; `read()` without arguments does."""
    monkeypatch.setenv("WAYSTATION_PORT", "9001")
    monkeypatch.setenv("DATABASE_URL", "sqlite:///x")
    assert (Settings().port, Settings().database_url) == (8080, None)
    assert (Settings.read().port, Settings.read().database_url) == (9001, "sqlite:///x")


def test_an_empty_variable_is_no_variable() -> None:
    """`WAYSTATION_PORT=` in a compose file means the default."""
    assert Settings.read({"WAYSTATION_PORT": "", "DATABASE_URL": ""}) == Settings()


@pytest.mark.parametrize(
    ("name", "meant"), [("WAYSTATION_PROT", "WAYSTATION_PORT"), ("waystation_data_dir", "WAYSTATION_DATA_DIR")]
)
def test_a_misspelt_variable_is_refused_with_a_suggestion(name: str, meant: str) -> None:
    """A setting that is silently ignored is found only in production."""
    with pytest.raises(Refused) as refused:
        Settings.read({name: "1"})
    assert refused.value.code == "unknown_setting"
    for sentence in (refused.value.en, refused.value.zh):
        assert name in sentence
        assert meant in sentence
        assert "\n" not in sentence


def test_a_wrong_value_is_refused_by_variable_and_without_the_value() -> None:
    """The line names the variable; it does not repeat what may be a secret."""
    with pytest.raises(Refused) as refused:
        Settings.read({"WAYSTATION_PORT": "s3cret", "WAYSTATION_LOG_LEVEL": "loud"})
    assert refused.value.code == "bad_setting"
    for sentence in (refused.value.en, refused.value.zh):
        assert "WAYSTATION_PORT" in sentence
        assert "WAYSTATION_LOG_LEVEL" in sentence
        assert "s3cret" not in sentence
        assert "\n" not in sentence


def test_settings_do_not_change_and_do_not_print_the_database_password() -> None:
    """One frozen value, safe to log."""
    settings = Settings(database_url="postgresql://u:s3cret@db/w")
    assert "s3cret" not in repr(settings)
    with pytest.raises(ValidationError):
        settings.port = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("host", "loopback", "url"),
    [
        ("localhost", True, "http://localhost:80"),
        ("::1", True, "http://[::1]:80"),
        ("0.0.0.0", False, "http://127.0.0.1:80"),
        ("::", False, "http://[::1]:80"),
        ("waystation.example", False, "http://waystation.example:80"),
    ],
)
def test_an_address_for_the_browser(host: str, loopback: bool, url: str) -> None:
    """Demo people are for loopback only, so a bind must be known for what it is."""
    settings = Settings(host=host, port=80)
    assert (settings.loopback, settings.url) == (loopback, url)
