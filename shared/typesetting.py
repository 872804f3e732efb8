"""Documents for print: a Typst template and the words that go into it make a PDF, or a picture."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from importlib.resources import as_file, files
from typing import Any, cast

import typst


def typeset(package: str, template: str, words: Mapping[str, Any], made_at: datetime) -> bytes:
    """`templates/<template>` of `package` as PDF (PDF/A-2a, tagged, our own fonts embedded).

    `words` reach the template as JSON in `sys.inputs.words`: as data, so that nothing in a plan is ever read as markup.
    The same input gives the same bytes. Raises typst.TypstError for a template that cannot be compiled.
    """
    with _given(package, template, words) as given:
        made = typst.compile(**given, format="pdf", pdf_standards=["a-2a"], timestamp=int(made_at.timestamp()))
    return cast(bytes, made)


def picture(package: str, template: str, words: Mapping[str, Any], ppi: float) -> bytes:
    """The one page of the template as PNG, `ppi` pixels an inch; `words` and errors as for `typeset`."""
    with _given(package, template, words) as given:
        return cast(bytes, typst.compile(**given, format="png", ppi=ppi))


def look_up(package: str, template: str, words: Mapping[str, Any], label: str) -> Any:
    """The value of the metadata that the template marks with `<label>`; `words` and errors as for `typeset`."""
    with _given(package, template, words) as given:
        return json.loads(typst.query(given.pop("input"), f"<{label}>", field="value", one=True, **given))


@contextmanager
def _given(package: str, template: str, words: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    with as_file(files(package) / "templates") as templates, as_file(files("shared") / "fonts") as fonts:
        yield {
            "input": str(templates / template),
            "root": str(templates),
            "font_paths": [str(fonts)],
            "ignore_system_fonts": True,
            "sys_inputs": {"words": json.dumps(words, ensure_ascii=False)},
        }
