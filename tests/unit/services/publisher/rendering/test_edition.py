from services.publisher.rendering.edition import read_edition
from shared.domain.results import to_json
from tests.unit.services.publisher.example import bentre, edition_of


def test_an_edition_read_back_is_what_was_written() -> None:
    document = edition_of(bentre())
    read = read_edition(document)
    written = {**to_json(read.results), "edition": read.number, "published_at": read.published_at.isoformat()}
    assert written == document
