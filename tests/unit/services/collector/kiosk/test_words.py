import re
from importlib.resources import files

from services.collector.kiosk.words import PACKAGE, known, reading
from shared.language import catalogues

STATIC = files("services.collector") / "static" / "kiosk"
NAMED = re.compile(r'word\(\s*"([\w.]+)"')


def asked() -> set[str]:
    scripts = [file for folder in (STATIC, STATIC / "screens") for file in folder.iterdir() if file.name.endswith(".js")]
    return {key for file in scripts for key in NAMED.findall(file.read_text("utf-8")) if "." in key}


def test_every_word_that_a_screen_asks_for_is_in_the_catalogues() -> None:
    assert len(asked()) > 60
    assert asked() - set(known()["vi"]) == set()


def test_all_catalogues_have_the_same_keys_and_names() -> None:
    vi, en = catalogues(PACKAGE)["vi"], catalogues(PACKAGE)["en"]
    assert set(vi) == set(en)
    assert {k: set(re.findall(r"\{\w+\}", v)) for k, v in vi.items()} == {
        k: set(re.findall(r"\{\w+\}", v)) for k, v in en.items()
    }


def test_a_kiosk_speaks_as_the_form_where_it_has_nothing_of_its_own_to_say() -> None:
    assert reading("vi").word("step.back") == "Quay lại"
    assert reading("vi").word("aloud.read") == "Đọc to"
