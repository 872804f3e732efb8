"""Invitation slips for print: eight on a page to cut apart, each with a QR code and the code in letters that can be typed."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

import segno

from services.console.paper.codes import Code
from services.console.paper.language import Language, language
from shared.domain.survey import Survey
from shared.domain.token import grouped, read_token
from shared.typesetting import typeset


class BadAddress(ValueError):
    """The address is none that people could open; the message says what it must look like."""


def public_address(text: str) -> str:
    """Where people reach the collector, without a stroke at its end. Raises BadAddress."""
    parts = urlsplit(text)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise BadAddress(f"{text[:80]!r} is no address of a site; it must look like https://khaosat.example.vn")
    return text.rstrip("/")


def invitation_link(address: str, survey_id: str, stratum: str, token: str) -> str:
    """The form with the code in the fragment: what follows # is never sent to a server."""
    return f"{address}/s/{survey_id}/{stratum}#{token}"


def print_slips(survey: Survey, codes: Sequence[Code], address: str, tag: str, made_at: datetime) -> bytes:
    """The slips as PDF in the language `tag`. `codes` name their strata; a slip with a name is addressed to it."""
    reader = language(tag, survey.languages)
    words = {
        "language": reader.tag,
        "title": reader.word("slip.title"),
        "author": reader.pick(survey.body.name),
        "slips": [_slip(survey, code, address, reader) for code in codes],
    }
    return typeset("services.console", "slips.typ", words, made_at)


def _slip(survey: Survey, code: Code, address: str, reader: Language) -> dict[str, object]:
    period = survey.period
    stratum = survey.strata[code.stratum][1]
    shown = f"{address}/s/{survey.id}/{code.stratum}"
    return {
        "title": reader.word("slip.title"),
        "dear": reader.word("slip.dear", name=code.name) if code.name else "",
        "invites": reader.word("slip.invites", body=reader.pick(survey.body.name)),
        "survey": reader.pick(survey.title),
        "about": reader.word("slip.about", stratum=reader.pick(stratum.title)),
        "scan": reader.word("slip.scan"),
        "address": shown.removeprefix("https://"),
        "code": reader.word("slip.code"),
        "token": printed(code.token),
        "until": reader.word("slip.until", moment=reader.moment(period.closes_at, period.timezone)),
        "once": f"{reader.word('slip.once')} {reader.word('slip.apart')}",
        "qr": _drawing(invitation_link(address, survey.id, code.stratum, code.token)),
        "alt": reader.word("slip.qr", code=printed(code.token)),
    }


def printed(token: str) -> str:
    """A code as people read it: in groups of four, where it is one of ours that may be read so."""
    return grouped(token) if read_token(grouped(token)) == token else token


def _drawing(text: str) -> str:
    """A QR code as SVG."""
    drawing = io.BytesIO()
    segno.make_qr(text, error="m").save(drawing, kind="svg", border=4, scale=10)
    return drawing.getvalue().decode()
