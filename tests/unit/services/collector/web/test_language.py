import re
from datetime import UTC, datetime
from importlib.resources import files

import pytest

from services.collector.web.language import PACKAGE, language, own_name
from shared.language import catalogues


def test_every_word_that_a_template_asks_for_is_in_the_catalogues() -> None:
    templates = (files("services.collector") / "templates" / "form").iterdir()
    asked = {key for file in templates for key in re.findall(r'word\(["\']([\w.]+)["\']', file.read_text("utf-8"))}
    assert asked
    assert asked - set(catalogues(PACKAGE)["vi"]) == set()


@pytest.mark.parametrize(("tag", "read"), [("vi", "07:30 ngày 01/8/2022"), ("en", "07:30 on 1 August 2022")])
def test_a_moment_is_told_in_the_surveys_time_zone(tag: str, read: str) -> None:
    assert language(tag).moment(datetime(2022, 8, 1, 0, 30, tzinfo=UTC), "Asia/Ho_Chi_Minh") == read


def test_a_language_without_a_catalogue_is_called_by_its_tag() -> None:
    assert (own_name("vi"), own_name("km")) == ("Tiếng Việt", "km")
