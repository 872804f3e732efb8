"""The data files by themselves: safe to open, whole, described, and the same for the same edition."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from services.publisher.data import Imprint, data_files
from services.publisher.data.package import data_package
from services.publisher.data.table import FORMULA, csv_file, plain
from shared.domain.survey import Survey
from tests.unit.services.publisher.example import bentre
from tests.unit.services.publisher.full import IMPRINT, STORED, files, full
from tests.unit.services.publisher.memory import RECEIPTS

EVIL = '=HYPERLINK("http://evil.example","x")'


def attacked(survey: Survey) -> dict[str, bytes]:
    """The files of an edition whose texts try to be formulas."""
    document = full(title={"vi": EVIL, "en": "+1"})
    document["groups"][1]["factors"][0]["title"] = {"vi": EVIL, "en": "@SUM(A1)"}
    document["groups"][1]["questions"][0]["choices"][0]["text"] = {"vi": "-2+3", "en": "\tx"}
    return data_files(document, replace(survey, title={"vi": EVIL, "en": "+1"}), STORED, IMPRINT)


@pytest.fixture(scope="module")
def evil() -> dict[str, bytes]:
    return attacked(bentre())


def book(content: bytes) -> Workbook:
    return load_workbook(io.BytesIO(content))


def test_no_text_of_the_table_begins_like_a_formula(evil: dict[str, bytes]) -> None:
    rows = list(csv.reader(io.StringIO(evil["results.csv"].decode())))
    numeric = set(range(9, 13))
    texts = [cell for row in rows[1:] for n, cell in enumerate(row) if n not in numeric]
    assert [text for text in texts if text.startswith(FORMULA)] == []
    assert f"'{EVIL}" in texts


def test_no_cell_of_the_workbook_is_a_formula(evil: dict[str, bytes]) -> None:
    cells = [cell for sheet in book(evil["results.xlsx"]) for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} == {"n", "s"}
    assert EVIL in {cell.value for cell in cells}


@given(st.text())
def test_text_that_is_made_plain_never_begins_like_a_formula_and_loses_nothing(text: str) -> None:
    assert not plain(text).startswith(FORMULA)
    assert plain(text).removeprefix("'") == text.removeprefix("'") or plain(text) == text


def test_the_same_edition_gives_the_same_files_to_the_byte() -> None:
    again = data_files(full(), bentre(), STORED, IMPRINT)
    assert {name: content == files()[name] for name, content in again.items()} == dict.fromkeys(again, True)


def test_every_sheet_has_a_heading_that_stays_and_columns_that_are_wide_enough() -> None:
    sheets = book(files()["results.xlsx"]).worksheets
    assert len(sheets) == 7
    assert {sheet.freeze_panes for sheet in sheets[1:]} == {"A2"}
    assert all(sheet.column_dimensions["A"].width >= 18 for sheet in sheets)


def test_numbers_are_shown_with_the_decimals_that_their_base_allows() -> None:
    sheet = book(files()["results.xlsx"]).worksheets[1]
    rows = [row for row in sheet.iter_rows(min_row=2) if isinstance(row[4].value, float)]
    formats = {(row[7].value >= 30, row[4].number_format) for row in rows}
    assert formats == {(True, "0.0"), (False, "0")}


def test_a_hidden_figure_says_so_and_why_in_the_workbook() -> None:
    sheet = book(files()["results.xlsx"]).worksheets[1]
    hidden = [row for row in sheet.iter_rows(min_row=2, values_only=True) if row[4] == "không công bố / not published"]
    assert len(hidden) > 10
    assert {(row[5], row[6], row[7], bool(row[9])) for row in hidden} == {(None, None, None, True)}


def test_simulated_data_say_so_first() -> None:
    made = data_files(full(simulated=True), replace(bentre(), simulated=True), STORED, IMPRINT)
    assert str(book(made["results.xlsx"]).worksheets[0]["A1"].value).startswith("Số liệu mô phỏng")
    assert "SIMULATED" in json.loads(made["datapackage.json"])["description"]


def test_a_workbook_carries_no_moment_but_that_of_publication() -> None:
    with zipfile.ZipFile(io.BytesIO(files()["results.xlsx"])) as packed:
        assert {info.date_time for info in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"2022-11-10T02:00:00Z" in packed.read("docProps/core.xml")


def test_a_survey_of_one_language_has_no_columns_of_another() -> None:
    heading = csv_file(full(), (), ("vi",)).decode().splitlines()[0].split(",")
    assert heading[-2:] == ["name_vi", "item_vi"]


@pytest.mark.filterwarnings("ignore")
def test_the_data_package_is_valid_with_all_its_data(tmp_path: Path) -> None:
    from frictionless import Package  # noqa: PLC0415 -- takes a second

    register = "".join(f"{receipt}\n" for receipt in RECEIPTS).encode()
    for name, content in {**files(), "register.txt": register}.items():
        (tmp_path / name).write_bytes(content)
    package = json.loads(files()["datapackage.json"])
    package["resources"] = [each for each in package["resources"] if each["path"] != "register.txt"]
    (tmp_path / "datapackage.json").write_text(json.dumps(package))
    report = Package(str(tmp_path / "datapackage.json")).validate()
    assert report.flatten(["type", "note"]) == []


def test_the_data_package_names_every_data_file_with_its_hash() -> None:
    described = {each["path"]: each["hash"] for each in json.loads(files()["datapackage.json"])["resources"]}
    assert set(described) == {"results.csv", "results.xlsx", "results.json", "register.txt"}
    assert len(set(described.values())) == 4


@pytest.mark.parametrize("licence", ["CC-BY-4.0", "CC0-1.0", "ODC-By-1.0"])
def test_every_licence_of_the_settings_is_described(licence: str) -> None:
    package = json.loads(data_package(full(), bentre(), STORED, Imprint("", licence)))
    assert package["licenses"][0]["name"] == licence
    assert "homepage" not in package


def nodes(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, dict):
        return [node, *(found for value in node.values() for found in nodes(value))]
    return [found for value in node for found in nodes(value)] if isinstance(node, list) else []


def test_the_catalogue_entry_has_what_portals_ask_for() -> None:
    dataset = json.loads(files()["dcat.jsonld"])
    wanted = {"dct:title", "dct:description", "dct:publisher", "dct:license", "dct:issued", "dct:temporal", "dcat:distribution"}
    assert wanted <= set(dataset)
    downloads = [each["dcat:downloadURL"]["@id"] for each in dataset["dcat:distribution"]]
    assert f"https://survey.example/surveys/{bentre().id}/editions/1/results.csv" in downloads


def test_every_name_of_the_catalogue_entry_has_its_vocabulary() -> None:
    dataset = json.loads(files()["dcat.jsonld"])
    used = {key.split(":")[0] for node in nodes(dataset) for key in node if ":" in key}
    assert used - {"dcat", "dct", "foaf", "spdx", "xsd"} == set()
    assert used <= set(dataset["@context"])
