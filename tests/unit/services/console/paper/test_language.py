"""What is printed is there in every language with the same keys and the same places for values."""

from __future__ import annotations

import string

import pytest

from shared.language import catalogues


def fields(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("package", ["services.console.paper", "services.console.letters"])
def test_the_catalogues_have_the_same_keys_with_the_same_values(package: str) -> None:
    known = catalogues(package)
    assert set(known) == {"vi", "en"}
    assert {key: fields(text) for key, text in known["vi"].items()} == {key: fields(text) for key, text in known["en"].items()}
