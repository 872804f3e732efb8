"""Documents for print: a Typst template and the words that go into it make a PDF."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from importlib.resources import as_file, files
from typing import Any

import typst


def typeset(package: str, template: str, words: Mapping[str, Any], made_at: datetime) -> bytes:
    """`templates/<template>` of `package` as PDF (PDF/A-2a, tagged, our own fonts embedded).

    `words` reach the template as JSON in `sys.inputs.words`: as data, so that nothing in a plan is ever read as markup.
    The same input gives the same bytes. Raises typst.TypstError for a template that cannot be compiled.
    """
    with as_file(files(package) / "templates") as templates, as_file(files("shared") / "fonts") as fonts:
        return typst.compile(
            str(templates / template),
            root=str(templates),
            font_paths=[str(fonts)],
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards=["a-2a"],
            sys_inputs={"words": json.dumps(words, ensure_ascii=False)},
            timestamp=int(made_at.timestamp()),
        )
