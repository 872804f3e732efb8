"""The kinds of values in a plan, as marshmallow fields that stay plain: what comes out is what JSON can hold.

Every message says what was expected and what stood there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from datetime import date
from enum import StrEnum
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validates_schema

from shared.plan.problems import shown, suggestion
from shared.plan.times import parsed, zone_names

LANGUAGES: ContextVar[tuple[str, ...] | None] = ContextVar("languages", default=None)
"""The languages of the plan that is being parsed; None where it does not say them properly."""

LONGEST_TEXT = 5_000
LONGEST_ID = 60
MOST_ITEMS = 1_000

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def languages(value: Any) -> tuple[str, ...] | None:
    """The languages that a plan's list of language tags names; None if it is not such a list."""
    tags = value if isinstance(value, list | tuple) else ()
    proper = [tag.strip() for tag in tags if isinstance(tag, str) and _LANGUAGE.fullmatch(tag.strip())]
    return tuple(proper) if proper and len(proper) == len(tags) else None


class Plain(Schema):
    """A mapping whose fields are all known. What is not is refused, with the name that may have been meant."""

    class Meta:
        unknown = EXCLUDE

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _refuse_unknown(self, _data: Any, original: Mapping[Any, Any], **_: Any) -> None:
        unknown = [name for name in original if name not in self.fields]
        if unknown:
            raise ValidationError({name: [f"no such field here{suggestion(str(name), self.fields)}"] for name in unknown})


class _Value(fields.Field[Any]):
    """A value of which `expected` says what it must be."""

    def __init__(self, expected: str, **given: Any) -> None:
        self.expected = expected
        words = expected.replace("{", "{{").replace("}", "}}")  # marshmallow formats its messages
        messages: dict[str, Any] = {
            "required": f"missing; expected {words}",
            "null": f"expected {words}, got nothing",
        }
        super().__init__(error_messages=messages, **given)

    def refused(self, value: object, hint: str = "") -> ValidationError:
        return ValidationError(f"expected {self.expected}, got {shown(value)}{hint}")


def required_or(default: Any) -> dict[str, Any]:
    """The arguments of a field: required where `default` is `...`, else left out where None, else filled in."""
    if default is ...:
        return {"required": True}
    return {} if default is None else {"load_default": default}


class Whole(_Value):
    """A whole number from `low` to `high`."""

    def __init__(self, low: int, high: int = 2_000_000_000, default: Any = ...) -> None:
        upto = "" if high >= 2_000_000_000 else f" and at most {high}"
        super().__init__(f"a whole number of at least {low}{upto}", **required_or(default))
        self.low, self.high = low, high

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int:
        if type(value) is not int or not self.low <= value <= self.high:
            hint = f"; the most is {self.high}" if type(value) is int and value > self.high else ""
            raise self.refused(value, hint)
        return value


class Number(_Value):
    """A number between `low` and `high`, these included unless `open_` is true."""

    def __init__(self, low: float, high: float, *, open_: bool, default: Any = ...) -> None:
        expected = f"a number above {low} and below {high}" if open_ else f"a number from {low} to {high}"
        super().__init__(expected, **required_or(default))
        self.low, self.high, self.open_ = low, high, open_

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> float:
        if type(value) not in (int, float):
            raise self.refused(value)
        inside = self.low < value < self.high if self.open_ else self.low <= value <= self.high
        if not inside:
            raise self.refused(value)
        return float(value)


class Flag(_Value):
    """true or false."""

    def __init__(self, default: bool = False) -> None:
        super().__init__("true or false", load_default=default)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> bool:
        if type(value) is not bool:
            raise self.refused(value)
        return value


class Word(_Value):
    """One word of a fixed list."""

    def __init__(self, words: type[StrEnum], default: Any = ...) -> None:
        self.words = tuple(word.value for word in words)
        super().__init__(f"one of {', '.join(self.words)}", **required_or(default))

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        if value not in self.words:
            raise self.refused(value)
        return str(value)


class Text(_Value):
    """A text that is not blank: NFC, without blanks around it, without control characters but line ends."""

    def __init__(self, expected: str = "a text", default: Any = ..., longest: int = LONGEST_TEXT) -> None:
        super().__init__(expected, **required_or(default))
        self.longest = longest

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        if not isinstance(value, str):
            hint = "; put it in quotes" if isinstance(value, bool | int | float) else ""
            raise self.refused(value, hint)
        return self.checked(unicodedata.normalize("NFC", value.strip()), value)

    def checked(self, text: str, value: str) -> str:
        if not text:
            raise self.refused(value)
        if len(text) > self.longest:
            raise ValidationError(f"expected at most {self.longest} characters, got {len(text)}")
        for character in text:
            if character != "\n" and unicodedata.category(character) in ("Cc", "Cs"):
                raise ValidationError(f"the character U+{ord(character):04X} cannot stand in a text")
        return text


class Id(Text):
    """A name that can stand in addresses and as a key."""

    def __init__(self, default: Any = ...) -> None:
        super().__init__("an id (letters a-z, digits, - and _, beginning with a letter or digit)", default, LONGEST_ID)

    def checked(self, text: str, value: str) -> str:
        if not _ID.fullmatch(text):
            raise self.refused(value)
        return super().checked(text, value)


class Language(Text):
    """A language tag (BCP 47) such as vi or zh-Hant."""

    def __init__(self) -> None:
        super().__init__("a language tag such as vi or en", longest=35)

    def checked(self, text: str, value: str) -> str:
        if not _LANGUAGE.fullmatch(text):
            raise self.refused(value)
        return super().checked(text, value)


class Time(Text):
    """A time such as 2026-03-02T07:30, as text."""

    def __init__(self, default: Any = ...) -> None:
        super().__init__("a time such as 2026-03-02T07:30", default)

    def checked(self, text: str, value: str) -> str:
        try:
            parsed(text)
        except ValueError:
            raise self.refused(value) from None
        return text


class Day(Text):
    """A day such as 2026-03-02, as text."""

    def __init__(self, default: Any = ...) -> None:
        super().__init__("a day such as 2026-03-02", default)

    def checked(self, text: str, value: str) -> str:
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise self.refused(value) from None
        if day.isoformat() != text:
            raise self.refused(value)
        return text


class Zone(Text):
    """The name of a time zone (IANA)."""

    def __init__(self) -> None:
        super().__init__("the name of a time zone such as Asia/Ho_Chi_Minh")

    def checked(self, text: str, value: str) -> str:
        if text not in zone_names():
            raise self.refused(value, suggestion(text, zone_names()))
        return text


class Texts(_Value):
    """A text in every language of the plan."""

    def __init__(self, default: Any = ...) -> None:
        super().__init__("a text for each language, such as {vi: …, en: …}", **required_or(default))

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> dict[str, str]:
        if not isinstance(value, Mapping):
            raise self.refused(value)
        given, text = LANGUAGES.get(), Text()
        languages = tuple(value) if given is None else given
        texts: dict[str, str] = {}
        errors: dict[str, Any] = {}
        for language in languages:
            if language not in value:
                errors[language] = [f"missing; expected the text in {language}"]
                continue
            try:
                texts[language] = str(text.deserialize(value[language]))
            except ValidationError as error:
                errors[language] = error.messages
        for other in value:
            if other not in languages:
                hint = "; a text with a comma needs quotes inside {…}" if value[other] is None else ""
                errors[other] = [f"not one of the plan's languages ({', '.join(languages)}){hint}"]
        if errors:
            raise ValidationError(errors)
        return texts


class Block(_Value):
    """A mapping with fields of its own."""

    def __init__(self, schema: type[Schema], expected: str, default: Any = ...) -> None:
        super().__init__(expected, **required_or(default))
        self.schema = schema()

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        if not isinstance(value, Mapping):
            raise self.refused(value)
        return self.schema.load(value)


class Items(_Value):
    """A list of at least `low` values of one kind."""

    def __init__(self, kind: fields.Field[Any], expected: str, low: int = 1, default: Any = ...) -> None:
        super().__init__(f"a list of {expected}", **required_or(default))
        self.kind, self.low = kind, low

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> list[Any]:
        if not isinstance(value, list | tuple):
            raise self.refused(value)
        if not self.low <= len(value) <= MOST_ITEMS:
            raise ValidationError(f"expected {self.expected}, {self.low} at least, got {len(value)}")
        items, errors = [], {}
        for position, item in enumerate(value):
            try:
                items.append(self.kind.deserialize(item))
            except ValidationError as error:
                errors[position] = error.messages
        if errors:
            raise ValidationError(errors)
        return items


def findings(messages: Any, place: tuple[str | int, ...] = ()) -> Iterable[tuple[tuple[str | int, ...], str]]:
    """marshmallow's nested messages, each with its place."""
    if isinstance(messages, Mapping):
        for step, inner in messages.items():
            here = place if step == "_schema" else (*place, step if type(step) is int else str(step))
            yield from findings(inner, here)
    else:
        for message in messages:
            yield place, str(message)
