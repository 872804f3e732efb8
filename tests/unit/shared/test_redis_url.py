"""One address says where Redis is, or who knows where its master is."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kombu import Connection
from kombu.utils.url import parse_url

from shared.redis_url import BadRedisUrl, Sentinels, broker, sentinels
from shared.settings import SettingsError, from_environment

THREE = "sentinel://:pass%3Bword@one:26379,two,[fd00::3]:26380/2?master=hailong&sentinel_password=other"


def test_an_address_names_the_sentinels_their_master_and_both_passwords() -> None:
    said = Sentinels((("one", 26_379), ("two", 26_379), ("fd00::3", 26_380)), "hailong", 2, "", "pass;word", "other")
    assert sentinels(THREE) == said


@pytest.mark.parametrize("url", ["redis://:p@host:6379/0", "rediss://host/1", "unix:///run/redis.sock"])
def test_the_address_of_one_server_stays_as_it_is(url: str) -> None:
    assert sentinels(url) is None
    assert broker(url) == (url, {})


def test_the_broker_is_told_every_sentinel_with_the_password_that_the_master_takes() -> None:
    url, options = broker(THREE)
    with Connection(url, transport_options=options) as connection:
        assert [parse_url(each)["hostname"] for each in connection.alt] == ["one", "two", "fd00::3"]
        assert {parse_url(each)["password"] for each in connection.alt} == {"pass;word"}
        assert connection.virtual_host == "2"
    assert options["master_name"] == "hailong"
    assert options["sentinel_kwargs"]["password"] == "other"  # noqa: S105


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("sentinel://one:26379", "must name the master"),
        ("sentinel://one/0?master=a&quorum=2", "must name the master"),
        ("sentinel://:secret@one,:26379/0?master=a", "must name sentinels as HOST:PORT"),
        ("sentinel://:secret@one:port/0?master=a", "must name sentinels as HOST:PORT"),
        ("sentinel://:secret@one/first?master=a", "must end with the number of a database, not 'first'"),
    ],
)
def test_an_address_that_does_not_say_enough_is_refused_without_its_password(url: str, told: str) -> None:
    with pytest.raises(BadRedisUrl, match=told) as refused:
        sentinels(url)
    assert "secret" not in str(refused.value)
    with pytest.raises(SettingsError, match=f"HAILONG_REDIS_URL {told}"):
        from_environment({"HAILONG_MONGODB_URL": "mongodb://db/hailong", "HAILONG_REDIS_URL": url})


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    with suppress(BadRedisUrl):
        found = sentinels("sentinel://" + text)
        assert found is not None
        assert found.master


def test_what_is_printed_of_sentinels_holds_no_password() -> None:
    assert "word" not in repr(sentinels(THREE))
