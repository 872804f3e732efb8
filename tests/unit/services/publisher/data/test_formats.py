"""Every number of an edition, in every format and language, is the API's after rounding."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook

from services.publisher.data.observations import Observation, observations
from services.publisher.published import Published
from services.publisher.rendering.language import language
from services.publisher.rendering.numbers import decimals, rounded
from services.publisher.site import create_site
from tests.unit.services.publisher.full import IMPRINT, Shelf, files, full, shelved
from tests.unit.services.publisher.memory import OUT, InBlocks

TAGS = ("vi", "en")
NOT_FIGURES = {"confidence", "min_answered", "min_base", "satisfied", "edition", "first_day", "last_day"}
INDEX = "E"
"""The column of the indices in the workbook's second sheet."""

NOT_IN_TABLES = {"least_ballots", "importance_ballots", "many_without_opinion"}


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    memory = shelved()
    return create_site(Published(memory, Shelf(memory)), InBlocks(), imprint=IMPRINT).test_client()


@pytest.fixture(scope="module")
def api(client: FlaskClient) -> Mapping[str, Any]:
    return dict(json.loads(client.get(f"/api/v1/surveys/{OUT}/results").data))


def numbers(node: Any, key: str = "") -> Iterator[tuple[str, float]]:
    """Every number of the API's answer that is a figure, with the key that it stands under."""
    if isinstance(node, Mapping):
        for name, value in node.items():
            if name not in NOT_FIGURES:
                yield from numbers(value, name)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from numbers(value, key)
    elif isinstance(node, int | float) and not isinstance(node, bool):
        yield key, round(float(node), 10)


def told(rows: list[list[Any]]) -> Counter[float]:
    """The numbers in value, low, high and base of rows in the table's form."""
    columns = [9, 10, 11, 12]
    return Counter(round(float(row[n]), 10) for row in rows for n in columns if row[n] not in ("", None))


def with_limits(row: Observation) -> bool:
    """Whether the page gives the limits beside the figure: it does not in the wide table of strata by factors."""
    return not (row.stratum and row.figure == "factor") and row.status != "census"


def table(client: FlaskClient) -> list[list[str]]:
    text = client.get(f"/surveys/{OUT}/results.csv").data.decode("utf-8")
    return list(csv.reader(io.StringIO(text)))[1:]


def text_of(html: str) -> str:
    """What a page shows: its words, without blocks of data."""
    shown = re.sub(r"<(script|style)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", shown)))


def test_the_file_of_the_results_is_the_apis_answer(client: FlaskClient) -> None:
    assert client.get(f"/surveys/{OUT}/results.json").data == client.get(f"/api/v1/surveys/{OUT}/results").data
    assert json.loads(files()["results.json"]) == json.loads(json.dumps(full()))


def test_every_number_of_the_api_is_in_the_table(client: FlaskClient, api: Mapping[str, Any]) -> None:
    known = set(told(table(client)))
    assert [(key, value) for key, value in numbers(api) if value not in known and key not in NOT_IN_TABLES] == []


def test_every_number_of_the_table_is_the_apis(client: FlaskClient, api: Mapping[str, Any]) -> None:
    known = {value for _, value in numbers(api)}
    assert sorted(set(told(table(client))) - known) == []


def test_the_workbooks_list_has_the_numbers_of_the_table(client: FlaskClient) -> None:
    book = load_workbook(io.BytesIO(client.get(f"/surveys/{OUT}/results.xlsx").data))
    rows = [list(row) for row in book.worksheets[-1].iter_rows(min_row=2, values_only=True)]
    assert told(rows) == told(table(client))


def test_what_the_workbook_shows_is_what_the_page_says(client: FlaskClient) -> None:
    book = load_workbook(io.BytesIO(client.get(f"/surveys/{OUT}/results.xlsx").data))
    shown = [
        (str(rounded(cell.value, 1 if cell.number_format == "0.0" else 0)).replace(".", ","), cell.coordinate)
        for row in book.worksheets[1].iter_rows(min_row=2)
        for cell in row
        if isinstance(cell.value, int | float) and cell.column_letter == INDEX
    ]
    assert book.worksheets[1][f"{INDEX}1"].value == "Chỉ số (%) / Index (%)"
    page = text_of(client.get(f"/surveys/{OUT}").text)
    assert len(shown) > 60
    assert [each for each in shown if f"{each[0]}%" not in page] == []


@pytest.mark.parametrize("tag", TAGS)
def test_every_index_is_on_the_page_rounded_half_up(client: FlaskClient, api: Mapping[str, Any], tag: str) -> None:
    reader = language(tag)
    page = text_of(client.get(f"/surveys/{OUT}?lang={tag}").text)
    expected = {
        reader.word("format.percent", number=reader.number(value, decimals(row.base or 0)))
        for row in observations(api)
        if row.measure in ("index", "share") and row.value is not None
        for value in (row.value, *((row.low, row.high) if with_limits(row) else ()))
        if value is not None
    }
    assert len(expected) > 50
    assert sorted(each for each in expected if each not in page) == []


@pytest.mark.parametrize("tag", TAGS)
def test_every_percentage_on_the_page_is_the_apis(client: FlaskClient, api: Mapping[str, Any], tag: str) -> None:
    page = text_of(client.get(f"/surveys/{OUT}?lang={tag}").text)
    values = [value for _, value in numbers(api)] + [100 * value for _, value in numbers(api)]
    reader = language(tag)
    known = {reader.number(value, places) for value in values for places in (0, 1)} | {"0", "100", "95", "50"}
    found = set(re.findall(r"(?<![\d.,])(\d+(?:[.,]\d)?)%", page))
    assert len(found) > 50
    assert sorted(found - known) == []


@pytest.mark.parametrize("tag", TAGS)
def test_the_widget_says_the_overall_indices_of_the_api(client: FlaskClient, api: Mapping[str, Any], tag: str) -> None:
    reader, cells = language(tag), [group["overall"] for group in api["groups"]]
    widget = text_of(client.get(f"/surveys/{OUT}/widget?lang={tag}").text)
    assert [reader.percent(cell["index"], cell["base"]) in widget for cell in cells] == [True] * len(cells)
    known = {reader.percent(cell[end], cell["base"]) for cell in cells for end in ("index", "low", "high")} | {"95%"}
    assert set(re.findall(r"\d+(?:[.,]\d+)?%", widget)) <= known


@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize("path", ["/feed.atom", "/", f"/surveys/{OUT}/history"])
def test_feed_list_and_history_say_the_overall_indices_of_the_api(
    client: FlaskClient, api: Mapping[str, Any], path: str, tag: str
) -> None:
    reader = language(tag)
    said = text_of(client.get(f"{path}?lang={tag}").text)
    cells = [group["overall"] for group in api["groups"]]
    assert [reader.percent(cell["index"], cell["base"]) in said for cell in cells] == [True] * len(cells)


def test_what_is_hidden_has_no_number_in_any_table(client: FlaskClient) -> None:
    hidden = [row for row in table(client) if row[13] in ("suppressed", "break")]
    assert len(hidden) > 20
    assert {tuple(row[9:12]) for row in hidden} == {("", "", "")}
    assert all(row[14] for row in hidden)


def test_the_data_package_names_the_files_by_their_hashes(client: FlaskClient, api: Mapping[str, Any]) -> None:
    package = json.loads(client.get(f"/surveys/{OUT}/datapackage.json").data)
    assert (package["version"], package["simulated"]) == (f"{api['edition']}.0.0", api["simulated"])
    assert f" {sum(group['ballots'] for group in api['groups'])} ballots, " in package["description"]
