"""Where everything of a played survey is to be found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from services.console.home import Ports
from shared.domain.survey import Survey

Address = tuple[str, str]
"""What it is, and its URL."""

DOCUMENTS = (
    ("notice", "notice.pdf"), ("notice, Word", "notice.docx"), ("notice, English", "notice.en.pdf"),
    ("report", "report.pdf"), ("report, Word", "report.docx"), ("report, English", "report.en.pdf"),
    ("plan's notice", "plan.pdf"), ("plan's notice, Word", "plan.docx"),
    ("workbook", "results.xlsx"), ("CSV", "results.csv"), ("JSON", "results.json"), ("data package", "datapackage.json"),
    ("data set (DCAT)", "dcat.jsonld"), ("register", "register.txt"),
)  # fmt: skip


def addresses(survey: Survey, ports: Ports, documents: Sequence[str], editions: int, receipt: str) -> Iterator[Address]:
    """The addresses of what is published; `documents` are the names of those of the latest edition."""
    site = f"http://127.0.0.1:{ports.publisher}"
    page = f"{site}/surveys/{survey.id}"
    yield "results", page
    if len(survey.languages) > 1:
        yield "in English" if "en" in survey.languages else "in another language", f"{page}?lang={survey.languages[-1]}"
    for group in survey.groups:
        yield f"group {group.id}", f"{page}#group-{group.id}"
    yield from ((label, f"{page}/{name}") for label, name in DOCUMENTS if name in documents)
    yield "results by API", f"{site}/api/v1/surveys/{survey.id}/results"
    for number in range(1, editions + 1):
        yield f"edition {number}", f"{page}/editions/{number}"
    yield "editions", f"{page}/editions"
    yield "history", f"{page}/history"
    yield "check a receipt", f"{page}/register"
    yield "such as", f"{page}/register/{receipt}"
    yield "widget", f"{page}/widget"
    yield "all surveys", f"{site}/"
    yield "feed", f"{site}/feed.atom"
    yield "data catalogue", f"{site}/catalog.jsonld"
    yield "methodology", f"{site}/methodology"
    yield "verifier", f"{site}/verify/hailong_verify.py"
    yield "ballot API", f"http://127.0.0.1:{ports.collector}/docs"
