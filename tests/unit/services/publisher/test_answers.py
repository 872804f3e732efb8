"""Answers over HTTP: what is sent, what is not sent again, and what may be kept."""

from __future__ import annotations

import gzip
import xml.etree.ElementTree as ET
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256

import pytest
from flask.testing import FlaskClient

from services.publisher.published import Published, kept_for
from services.publisher.rendering.small import widget_style
from services.publisher.site import create_site
from shared.domain.survey import State
from tests.unit.services.publisher.full import IMPRINT, Shelf, files, shelved
from tests.unit.services.publisher.memory import AHEAD, DRAFT, OPEN, OUT, InBlocks, InMemory, Stored

PAGE = f"/surveys/{OUT}"
EDITION = f"{PAGE}/editions/1"
ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
PUBLIC = [
    "/",
    "/methodology",
    PAGE,
    f"{PAGE}/history",
    f"{PAGE}/editions",
    EDITION,
    f"{PAGE}/widget",
    f"{PAGE}/register",
    f"/api/v1{PAGE}/results",
    "/feed.atom",
    "/sitemap.xml",
    "/robots.txt",
    "/catalog.jsonld",
    *(f"{EDITION}/{name}" for name in files()),
]


@pytest.fixture
def memory() -> InMemory:
    return shelved()


@pytest.fixture
def client(memory: InMemory) -> FlaskClient:
    return create_site(Published(memory, Shelf(memory)), InBlocks(), imprint=IMPRINT).test_client()


@pytest.mark.parametrize("path", PUBLIC)
def test_everything_has_a_strong_etag_and_is_not_sent_again_to_who_has_it(client: FlaskClient, path: str) -> None:
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code, again.data) == (200, 304, b"")
    assert first.headers["ETag"].startswith('"')
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Cache-Control"] == first.headers["Cache-Control"]


@pytest.mark.parametrize("path", PUBLIC)
def test_the_head_of_an_answer_is_that_of_the_whole(client: FlaskClient, path: str) -> None:
    whole, head = client.get(path), client.head(path)
    assert (head.status_code, head.data) == (200, b"")
    same = ("ETag", "Content-Length", "Content-Type", "Cache-Control")
    assert [head.headers.get(name) for name in same] == [whole.headers.get(name) for name in same]


@pytest.mark.parametrize("path", [PAGE, f"/api/v1{PAGE}/results", f"{EDITION}/results.csv", f"{PAGE}/widget"])
def test_text_is_compressed_for_who_takes_it_under_an_etag_of_its_own(client: FlaskClient, path: str) -> None:
    plain, packed = client.get(path), client.get(path, headers={"Accept-Encoding": "br;q=1.0, gzip;q=0.8"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("accepted", ["", "identity", "gzip;q=0", "br"])
def test_who_takes_no_compression_gets_none(client: FlaskClient, accepted: str) -> None:
    answer = client.get(PAGE, headers={"Accept-Encoding": accepted})
    assert "Content-Encoding" not in answer.headers


def test_a_page_in_another_language_is_another_answer(client: FlaskClient) -> None:
    assert client.get(PAGE).headers["ETag"] != client.get(f"{PAGE}?lang=en").headers["ETag"]


@pytest.mark.parametrize("name", ["page-vi.html", "widget-en.html", "results.xlsx", "preview-vi.png"])
def test_files_of_an_edition_are_kept_for_ever(client: FlaskClient, name: str) -> None:
    assert client.get(f"{EDITION}/{name}").headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_pages_are_served_as_they_were_stored(memory: InMemory) -> None:
    class Older(Shelf):
        def document(self, edition, name):  # type: ignore[no-untyped-def]
            content, file = super().document(edition, name)
            return content.replace("Kết quả chính".encode(), "Của bản cũ".encode()), file

    page = create_site(Published(memory, Older(memory)), InBlocks()).test_client().get(PAGE).text
    assert "Của bản cũ" in page


def test_a_page_is_read_from_the_store_once(client: FlaskClient, memory: InMemory) -> None:
    answers = [client.get(PAGE) for _ in range(5)]
    assert {answer.status_code for answer in answers} == {200}
    assert memory.documents_read == 1


def test_the_widget_may_be_framed_by_anyone_and_runs_nothing(client: FlaskClient) -> None:
    answer = client.get(f"{PAGE}/widget")
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors *" in policy
    assert "default-src 'none'" in policy
    assert b64encode(sha256(widget_style().encode()).digest()).decode() in policy
    assert f"<style>{widget_style()}</style>" in answer.text
    assert len(answer.data) < 5_000
    assert client.get(PAGE).headers["Content-Security-Policy"].count("frame-ancestors 'none'") == 1


@pytest.mark.parametrize("tag", ["vi", "en"])
def test_the_feed_is_an_atom_feed(client: FlaskClient, tag: str) -> None:
    feed = ET.fromstring(client.get(f"/feed.atom?lang={tag}").data)  # noqa: S314 -- our own
    entries = feed.findall(f"{ATOM}entry")
    assert feed.tag == f"{ATOM}feed"
    named = [each.findtext(f"{ATOM}{name}") for each in (feed, *entries) for name in ("id", "title", "updated")]
    assert (len(entries), all(named)) == (1, True)
    assert feed.find(f"{ATOM}author/{ATOM}name") is not None
    assert {link.get("rel") for link in feed.findall(f"{ATOM}link")} == {"self", "alternate"}
    assert entries[0].findtext(f"{ATOM}id") == f"https://survey.example{EDITION}"


def test_the_sitemap_lists_pages_that_are_there(client: FlaskClient) -> None:
    urls = ET.fromstring(client.get("/sitemap.xml").data).findall(f"{MAP}url/{MAP}loc")  # noqa: S314 -- our own
    paths = [(url.text or "").removeprefix("https://survey.example") for url in urls]
    assert len(paths) == 6
    assert {client.get(path).status_code for path in paths} == {200}


def test_robots_are_shown_the_sitemap(client: FlaskClient) -> None:
    assert "Sitemap: https://survey.example/sitemap.xml" in client.get("/robots.txt").text


def test_the_catalogue_lists_the_data_of_every_survey_that_is_out(client: FlaskClient) -> None:
    catalogue = client.get("/catalog.jsonld").get_json(force=True)
    assert [each["dct:identifier"] for each in catalogue["dcat:dataset"]] == [f"{OUT}/1"]


def test_without_a_known_address_feeds_speak_of_the_one_that_was_asked(memory: InMemory) -> None:
    client = create_site(Published(memory, Shelf(memory)), InBlocks()).test_client()
    assert "<id>http://localhost/feed.atom</id>" in client.get("/feed.atom").text


def addresses(survey: str) -> Iterator[str]:
    """Every address under which something of a survey could be asked for."""
    names = [*files(), "register.txt", "notice.pdf", "report.pdf", "notice.docx", "report.docx"]
    yield from (f"/surveys/{survey}{path}" for path in ("", "/history", "/editions", "/widget", "/register", "/editions/1"))
    yield from (f"/surveys/{survey}/{name}" for name in names)
    yield from (f"/surveys/{survey}/editions/1/{name}" for name in names)
    yield from (f"/api/v1/surveys/{survey}/{path}" for path in ("results", "results?edition=1", "register"))
    yield from ("/", "/feed.atom", "/sitemap.xml", "/catalog.jsonld", f"/surveys/{survey}/register/0000-0000-0000-0000-0000")


@pytest.mark.parametrize("tag", ["vi", "en"])
@pytest.mark.parametrize("survey", [OPEN, AHEAD, DRAFT])
def test_before_its_release_a_survey_leaks_by_no_address(survey: str, tag: str) -> None:
    """`AHEAD` is sealed and its edition is stored: only the survey's state holds it back."""
    memory = InMemory()
    memory.records.pop(OUT)
    client = create_site(Published(memory, Stored(memory)), InBlocks(), imprint=IMPRINT).test_client()
    told = {path: client.get(f"{path}{'&' if '?' in path else '?'}lang={tag}") for path in addresses(survey)}
    figures = [path for path, answer in told.items() if b"88" in answer.data or b"%" in answer.data or b"F1" in answer.data]
    assert figures == []
    assert memory.documents_read == 0
    machines = ("/feed.atom", "/sitemap.xml", "/catalog.jsonld")
    assert [path for path in machines if survey.encode() in told[path].data] == []
    kept = {answer.headers["Cache-Control"] for path, answer in told.items() if path.startswith("/surveys/")}
    assert kept <= {"no-store", "no-cache"}


def test_results_are_out_at_the_moment_of_release_and_not_a_second_later() -> None:
    memory, moment = InMemory(), [0.0]
    site = create_site(Published(memory, Stored(memory), fresh_for=60.0, now=lambda: moment[0]), InBlocks()).test_client()
    before = [site.get(f"/surveys/{AHEAD}{path}").text.count("88,7%") for path in ("", "/widget")]
    memory.records[AHEAD] = type(memory.records[AHEAD])(
        memory.records[AHEAD].survey, State.PUBLISHED, 2, memory.records[OUT].sealing, None, None, 1
    )
    after = [site.get(f"/surveys/{AHEAD}{path}").text.count("88,7%") > 0 for path in ("", "/widget")]
    assert (before, after) == ([0, 0], [True, True])


def test_a_published_survey_is_asked_for_again_once_it_is_no_longer_fresh() -> None:
    memory, moment = InMemory(), [0.0]
    site = create_site(Published(memory, Stored(memory), fresh_for=1.0, now=lambda: moment[0]), InBlocks()).test_client()
    seen = ["Lần công bố 2" in site.get(PAGE).text]
    memory.records[OUT] = type(memory.records[OUT])(
        memory.records[OUT].survey, State.PUBLISHED, 2, memory.records[OUT].sealing, None, None, 1
    )
    seen.append("Lần công bố 2" in site.get(PAGE).text)
    moment[0] = 1.5
    seen.append("Lần công bố 1" in site.get(PAGE).text)
    assert seen == [True, True, True]


def test_what_is_kept_is_read_again_when_its_time_is_over() -> None:
    moment, reads = [0.0], []
    get = kept_for(1.0, lambda name: reads.append(name) or len(reads), now=lambda: moment[0])
    found = [get("a"), get("a"), get("b")]
    moment[0] = 1.0
    assert [*found, get("a")] == [1, 1, 2, 3]


def test_who_comes_while_the_store_is_asked_goes_on_with_what_is_known() -> None:
    memory, moment, inside = InMemory(), [0.0], []
    published = Published(memory, Stored(memory), fresh_for=1.0, now=lambda: moment[0])
    published.survey(OUT)
    get = memory.get
    memory.get = lambda survey_id: inside.append(published.survey(survey_id)) or get(survey_id)  # type: ignore[method-assign]
    moment[0] = 2.0
    asked = published.survey(OUT)
    assert [inside, asked] == [[memory.records[OUT]], memory.records[OUT]]
