"""What describes the data of an edition to machines: a Frictionless data package, schema.org for searches, DCAT for portals.

Sources: Data Package v1 (specs.frictionlessdata.io), schema.org/Dataset, W3C DCAT 3 with the terms that DCAT-AP asks for.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.publisher.data.observations import Json
from services.publisher.data.table import columns
from shared.domain.survey import Survey
from shared.store.editions import File

LICENCES: Mapping[str, tuple[str, str]] = {
    "CC-BY-4.0": ("Creative Commons Attribution 4.0 International", "https://creativecommons.org/licenses/by/4.0/"),
    "CC0-1.0": ("Creative Commons Zero 1.0 Universal", "https://creativecommons.org/publicdomain/zero/1.0/"),
    "ODC-By-1.0": ("Open Data Commons Attribution License 1.0", "https://opendatacommons.org/licenses/by/1-0/"),
}
"""The title and address of each licence that data can be under, by its SPDX name."""

DATA = ("results.csv", "results.xlsx", "results.json", "register.txt")
"""The files of an edition that hold data, the handiest first."""

_WHAT = {
    "results.csv": "Every published number, one a row",
    "results.xlsx": "The same as a workbook, with notes",
    "results.json": "The results as the API gives them",
    "register.txt": "Receipts of all counted ballots, sorted, one a line",
}


@dataclass(frozen=True, slots=True)
class Imprint:
    """Under whose name data goes out: the public site's address, without a slash at its end and empty where it is not known,
    and the licence of the data by its SPDX name."""

    address: str = ""
    licence: str = "CC-BY-4.0"

    def survey(self, survey_id: str) -> str:
        """The address of the survey's page; from the root of the site where its own address is not known."""
        return f"{self.address}/surveys/{survey_id}"

    def edition(self, document: Json) -> str:
        """The address of the edition in `document`."""
        return f"{self.survey(document['survey'])}/editions/{document['edition']}"


def data_package(document: Json, survey: Survey, files: Mapping[str, File], imprint: Imprint) -> bytes:
    """`datapackage.json`: the data files with their hashes, the columns of the table, licence and source."""
    title, path = LICENCES[imprint.licence]
    first = survey.language
    package = {
        "profile": "data-package",
        "name": f"{survey.id}-{document['edition']}",
        "title": document["title"][first],
        "description": _description(document),
        "version": f"{document['edition']}.0.0",
        "created": document["published_at"],
        "homepage": imprint.edition(document) if imprint.address else None,
        "licenses": [{"name": imprint.licence, "title": title, "path": path}],
        "sources": [{"title": f"{document['body'][first]}: {document['title'][first]}"} | _at(imprint, document)],
        "contributors": [{"title": document["body"][first], "role": "publisher"}],
        "keywords": _keywords(),
        "languages": list(survey.languages),
        "simulated": document["simulated"],
        "resources": [_resource(name, files[name], survey.languages) for name in DATA if name in files],
    }
    said = {key: value for key, value in package.items() if value is not None}
    return json.dumps(said, ensure_ascii=False, indent=1).encode()


def _at(imprint: Imprint, document: Json) -> dict[str, str]:
    return {"path": imprint.edition(document)} if imprint.address else {}


def _resource(name: str, file: File, languages: Sequence[str]) -> dict[str, Any]:
    stem, _, ending = name.partition(".")
    made: dict[str, Any] = {
        "name": f"{stem}-{ending}",
        "path": name,
        "description": _WHAT[name],
        "format": ending,
        "mediatype": file.media_type.partition(";")[0],
        "bytes": file.size,
        "hash": f"sha256:{file.sha256}",
    }
    if ending == "csv":
        fields = [_field(column) for column in columns(languages)]
        return made | {
            "profile": "tabular-data-resource",
            "encoding": "utf-8",
            "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True, "header": True},
            "schema": {"fields": fields, "missingValues": [""]},
        }
    return made


def _field(column: Any) -> dict[str, Any]:
    limits = ({"required": True} if column.required else {}) | ({"enum": list(column.words)} if column.words else {})
    described = {"name": column.name, "type": column.type, "description": column.description}
    return described | ({"constraints": limits} if limits else {})


def schema_org(document: Json, survey: Survey, names: Sequence[str], imprint: Imprint, tag: str) -> dict[str, Any]:
    """The edition as a schema.org Dataset, in the language `tag`."""
    here = imprint.edition(document)

    def pick(texts: Mapping[str, str]) -> str:
        return texts.get(tag) or next(iter(texts.values()))

    body = {"@type": "GovernmentOrganization", "name": pick(document["body"])}
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": here,
        "url": here,
        "name": pick(document["title"]),
        "description": f"{pick(survey.purpose)} {_description(document)}".strip(),
        "inLanguage": list(survey.languages),
        "creator": body,
        "publisher": body,
        "datePublished": document["published_at"],
        "temporalCoverage": "/".join(document["period"][end] for end in ("opens_at", "closes_at")),
        "spatialCoverage": pick(survey.body.place),
        "version": str(document["edition"]),
        "license": LICENCES[imprint.licence][1],
        "isAccessibleForFree": True,
        "keywords": _keywords(),
        "variableMeasured": [pick(f["title"]) for f in document["groups"][0]["factors"]] if document["groups"] else [],
        "measurementTechnique": f"Survey; {document['method'].get('aggregation', '')}".strip("; "),
        "distribution": [
            {
                "@type": "DataDownload",
                "name": name,
                "encodingFormat": name.rpartition(".")[2],
                "contentUrl": f"{here}/{name}",
            }
            for name in DATA
            if name in names
        ],
    }


CONTEXT: Mapping[str, Any] = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def dcat_dataset(document: Json, survey: Survey, files: Mapping[str, File], imprint: Imprint) -> dict[str, Any]:
    """The edition as a dcat:Dataset, without the context."""
    here = imprint.edition(document)
    return {
        "@id": here,
        "@type": "dcat:Dataset",
        "dct:title": _texts(document["title"]),
        "dct:description": [*_texts(survey.purpose), {"@value": _description(document), "@language": "en"}],
        "dct:identifier": f"{survey.id}/{document['edition']}",
        "dct:issued": {"@value": document["published_at"], "@type": "xsd:dateTime"},
        "dct:language": list(survey.languages),
        "dct:publisher": {"@type": "foaf:Organization", "foaf:name": _texts(document["body"])},
        "dct:spatial": _texts(survey.body.place),
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": {"@value": document["period"]["opens_at"], "@type": "xsd:dateTime"},
            "dcat:endDate": {"@value": document["period"]["closes_at"], "@type": "xsd:dateTime"},
        },
        "dct:license": {"@id": LICENCES[imprint.licence][1]},
        "dcat:version": str(document["edition"]),
        "dcat:keyword": _keywords(),
        "dcat:landingPage": {"@id": imprint.survey(survey.id)},
        "dcat:distribution": list(_distributions(here, files, LICENCES[imprint.licence][1])),
    }


def dcat_catalogue(datasets: Sequence[Mapping[str, Any]], titles: Mapping[str, str], imprint: Imprint) -> bytes:
    """All data of the site as a dcat:Catalog in JSON-LD."""
    catalogue = {
        "@context": dict(CONTEXT),
        "@id": f"{imprint.address}/catalog.jsonld",
        "@type": "dcat:Catalog",
        "dct:title": _texts(titles),
        "foaf:homepage": {"@id": f"{imprint.address}/"},
        "dcat:dataset": list(datasets),
    }
    return json.dumps(catalogue, ensure_ascii=False, indent=1).encode()


def dcat_file(document: Json, survey: Survey, files: Mapping[str, File], imprint: Imprint) -> bytes:
    """The edition as JSON-LD by itself."""
    described = {"@context": dict(CONTEXT), **dcat_dataset(document, survey, files, imprint)}
    return json.dumps(described, ensure_ascii=False, indent=1).encode()


def _distributions(here: str, files: Mapping[str, File], licence: str) -> Iterator[dict[str, Any]]:
    for name in (*DATA, "datapackage.json"):
        if name in files:
            file = files[name]
            media = file.media_type.partition(";")[0]
            yield {
                "@id": f"{here}/{name}",
                "@type": "dcat:Distribution",
                "dct:title": name,
                "dcat:downloadURL": {"@id": f"{here}/{name}"},
                "dcat:accessURL": {"@id": here},
                "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{media}"},
                "dcat:byteSize": {"@value": str(file.size), "@type": "xsd:nonNegativeInteger"},
                "dct:license": {"@id": licence},
                "spdx:checksum": {
                    "@type": "spdx:Checksum",
                    "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
                    "spdx:checksumValue": {"@value": file.sha256, "@type": "xsd:hexBinary"},
                },
            }


def _texts(texts: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"@value": text, "@language": tag} for tag, text in texts.items()]


def _description(document: Json) -> str:
    ballots = sum(group["ballots"] for group in document["groups"])
    simulated = " SIMULATED: made-up ballots, not anybody's opinion." if document["simulated"] else ""
    return f"Satisfaction survey of a public body: {ballots} ballots, edition {document['edition']}.{simulated}"


def _keywords() -> list[str]:
    return ["satisfaction", "public administration", "survey", "sự hài lòng", "cải cách hành chính"]
