"""Settings come from the environment, once, and all that is wrong is told at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.settings import LICENCES, Settings, SettingsError, from_environment, to_environment

NEEDED = {"HAILONG_MONGODB_URL": "mongodb://db:27017/hailong", "HAILONG_REDIS_URL": "redis://broker:6379/0"}


def test_what_is_needed_is_enough() -> None:
    assert from_environment(NEEDED) == Settings("mongodb://db:27017/hailong", "redis://broker:6379/0")


def test_everything_that_is_wrong_is_told_at_once() -> None:
    wrong = {
        "HAILONG_MONGODB_URL": "mongodb://db:27017",
        "HAILONG_SWEEP_EVERY": "soon",
        "HAILONG_LIMIT_ADDRESS": "-5",
        "HAILONG_LOG_LEVEL": "loud",
        "HAILONG_SITE_ADDRESS": "survey.example/x",
        "HAILONG_LICENCE": "mine",
    }
    with pytest.raises(SettingsError) as told:
        from_environment(wrong)
    assert str(told.value) == (
        "HAILONG_REDIS_URL is not set; HAILONG_SWEEP_EVERY must be a number of seconds, not 'soon'; "
        "HAILONG_LIMIT_ADDRESS must be a whole number, 0 or more, not '-5'; "
        "HAILONG_LOG_LEVEL must be one of DEBUG, INFO, WARNING, ERROR, not 'LOUD'; "
        "HAILONG_MONGODB_URL must name a database: mongodb://host:port/DATABASE; "
        "HAILONG_SITE_ADDRESS must be like https://survey.example.gov.vn, not 'survey.example/x'; "
        "HAILONG_LICENCE must be one of CC-BY-4.0, CC0-1.0, ODC-By-1.0, not 'mine'"
    )


@pytest.mark.parametrize("empty", [{}, dict.fromkeys(NEEDED, "")])
def test_what_is_missing_is_named(empty: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="HAILONG_MONGODB_URL is not set; HAILONG_REDIS_URL is not set"):
        from_environment(empty)


seconds = st.floats(0.001, 1_000)


@given(
    st.builds(
        Settings,
        st.just(NEEDED["HAILONG_MONGODB_URL"]),
        st.just("redis://r/0"),
        sweep_every=seconds,
        due_every=seconds,
        site_address=st.sampled_from(("", "https://survey.example", "http://127.0.0.1:8001")),
        licence=st.sampled_from(LICENCES),
        smtp_url=st.just("smtps://user:secret@mail.example"),
        mail_from=st.just("khaosat@so.example"),
        limit_address=st.integers(0, 10_000),
        limit_salt=st.sampled_from(("", "pepper")),
        proxies=st.integers(0, 3),
    )
)
def test_a_child_reads_the_settings_that_it_was_given(settings: Settings) -> None:
    assert from_environment(to_environment(settings)) == settings


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "redis_url"
    secret.write_text("redis://:word@broker:6379/0\n")
    named = {"HAILONG_MONGODB_URL": NEEDED["HAILONG_MONGODB_URL"], "HAILONG_REDIS_URL_FILE": str(secret)}
    assert from_environment(named).redis_url == "redis://:word@broker:6379/0"


def test_a_secret_is_not_said_twice(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="set HAILONG_REDIS_URL or HAILONG_REDIS_URL_FILE, not both"):
        from_environment({**NEEDED, "HAILONG_REDIS_URL_FILE": str(tmp_path / "redis_url")})


def test_a_secrets_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"HAILONG_REDIS_URL_FILE: .* cannot be read: Is a directory"):
        from_environment({"HAILONG_MONGODB_URL": NEEDED["HAILONG_MONGODB_URL"], "HAILONG_REDIS_URL_FILE": str(tmp_path)})


def test_settings_are_printed_without_what_is_secret() -> None:
    printed = repr(Settings("mongodb://user:word@db/hailong", "redis://:word@broker", smtp_url="smtp://user:word@mail"))
    assert "word" not in printed


@pytest.mark.parametrize("half", [{"HAILONG_SMTP_URL": "smtp://mail.example"}, {"HAILONG_MAIL_FROM": "khaosat@so.example"}])
def test_a_mail_server_and_an_address_that_mail_comes_from_go_together(half: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="go together"):
        from_environment({**NEEDED, **half})


def test_a_password_of_the_mail_server_is_not_shown() -> None:
    mail = {"HAILONG_SMTP_URL": "smtps://user:secret@mail.example", "HAILONG_MAIL_FROM": "khaosat@so.example"}
    assert "secret" not in repr(from_environment({**NEEDED, **mail}))
