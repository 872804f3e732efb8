"""What is taken out of Vietnamese comments, what is left alone, and that it does not depend on how the text is encoded."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.redaction import Kind, proper_names, redact

TAKEN_OUT = [
    (Kind.PHONE, "Gọi tôi số 0912 345 678 nhé", "Gọi tôi số [điện thoại] nhé"),
    (Kind.PHONE, "sđt 0912.345.678", "sđt [điện thoại]"),
    (Kind.PHONE, "ĐT: (0275) 3822 123", "ĐT: [điện thoại]"),
    (Kind.PHONE, "máy bàn 3822123? điện thoại 3822123", "máy bàn 3822123? điện thoại [điện thoại]"),
    (Kind.PHONE, "+84 912-345-678", "[điện thoại]"),
    (Kind.PHONE, "０９１２３４５６７８", "[điện thoại]"),
    (Kind.PHONE, "09\u200b12345678", "[điện thoại]"),
    (Kind.PHONE, "không chín một hai ba bốn năm sáu bảy tám", "[điện thoại]"),
    (Kind.IDENTITY, "CCCD 079 201 001 234", "CCCD [giấy tờ tùy thân]"),
    (Kind.IDENTITY, "cmnd số 320.123.456", "cmnd số [giấy tờ tùy thân]"),
    (Kind.IDENTITY, "của tôi là 320123456.", "của tôi là [giấy tờ tùy thân]."),
    (Kind.IDENTITY, "079201001234", "[giấy tờ tùy thân]"),
    (Kind.IDENTITY, "Hộ chiếu B1234567", "Hộ chiếu [giấy tờ tùy thân]"),
    (Kind.FILE, "Mã hồ sơ 000.00.12.H07-220815-0001 bị trễ", "Mã hồ sơ [mã hồ sơ] bị trễ"),
    (Kind.FILE, "000.00.12.h07 - 220815 - 0001", "[mã hồ sơ]"),
    (Kind.FILE, "Hồ sơ số 1234/KD chưa trả", "Hồ sơ số [mã hồ sơ] chưa trả"),
    (Kind.EMAIL, "thư an.nguyen@gmail.com nhé", "thư [thư điện tử] nhé"),
    (Kind.EMAIL, "an.nguyen a còng gmail chấm com", "[thư điện tử]"),
    (Kind.LINK, "xem https://facebook.com/abc", "xem [liên kết]"),
    (Kind.ADDRESS, "ở số 12/4 đường Nguyễn Huệ, phường 5, TP Bến Tre", "ở [địa chỉ]"),
    (Kind.ADDRESS, "ấp 3, xã Tân Thạch, huyện Châu Thành", "[địa chỉ]"),
    (Kind.ADDRESS, "Nhà số 7 hẻm Hoa Mai", "[địa chỉ]"),
    (Kind.NUMBER, "Biển số 71B1-123.45", "Biển số [dãy số]"),
    (Kind.NUMBER, "tài khoản 0711 0001 23456", "tài khoản [dãy số]"),
    (Kind.NUMBER, "chuyển vào 1.234.567.891 đi", "chuyển vào [dãy số] đi"),
    (Kind.NUMBER, "0.123.456.789.123 đồng", "[dãy số] đồng"),
    (Kind.NAME, "Cô Lan ở quầy 3 rất nhiệt tình", "Cô [tên người] ở quầy 3 rất nhiệt tình"),
    (Kind.NAME, "Chị Nguyễn Thị Hoa hướng dẫn", "Chị [tên người] hướng dẫn"),
    (Kind.NAME, "NGUYỄN VĂN AN", "[tên người]"),
    (Kind.NAME, "nguyễn văn an gây khó", "[tên người] gây khó"),
    (Kind.NAME, "nguyen van an", "[tên người]"),
    (Kind.NAME, "tôi tên Lê thị Bé Ba", "tôi tên [tên người]"),
    (Kind.NAME, "chị lan tiếp dân dễ thương", "chị [tên người] tiếp dân dễ thương"),
    (Kind.NAME, "anh Công làm tốt", "anh [tên người] làm tốt"),
    (Kind.NAME, "Giám đốc Trần A nên xem lại", "Giám đốc [tên người] nên xem lại"),
]

LEFT_ALONE = [
    "Cán bộ Sở Công Thương rất lịch sự",
    "cán bộ Chi cục Thuế",
    "Tôi làm thủ tục tại Hà Nội và TP Hồ Chí Minh",
    "Ông/Bà cần giảm phí 100.000.000 đồng",
    "phí 1.500.000 đ quá cao",
    "tổng 1.234.567.891 đ, không phải 1.234.567.891 đồng",
    "vốn 1.234.567.891 VNĐ hay 1.234.567.891 vnd",
    "đầu tư 123.456.789 triệu, 123.456.789 tỷ hoặc 123.456.789 tỉ",
    "Nghị định 61/2018/NĐ-CP ngày 23/4/2018",
    "từ 2021-2022 làm 3 lần, 5 ngày",
    "Đề nghị bớt giấy tờ. Nên có máy lạnh.",
    "Đường dây nóng 1022 không ai nghe",
    "tổ một cửa làm tốt, tổ 1 cửa cũng tốt",
    "Xã hội cần dịch vụ nhanh, ba năm nay không đổi",
    "Trung tâm Phục vụ hành chính công",
    "Từ khi có Trung tâm mới thì nhanh hơn",
    "Trả kết quả trễ 2 ngày so với giấy hẹn",
]


@pytest.mark.parametrize(("kind", "text", "left"), TAKEN_OUT)
def test_personal_data_is_taken_out_and_its_kind_is_told(kind: Kind, text: str, left: str) -> None:
    found = redact(text)
    assert found.text == left
    assert kind in found.found


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_what_is_no_personal_data_is_left(text: str) -> None:
    assert redact(text) == redact(unicodedata.normalize("NFD", text))
    assert redact(text).text == text


@pytest.mark.parametrize("text", [text for _, text, _ in TAKEN_OUT])
def test_decomposed_letters_hide_nothing(text: str) -> None:
    assert redact(unicodedata.normalize("NFD", text)) == redact(text)


@given(st.lists(st.sampled_from([*(text for _, text, _ in TAKEN_OUT), *LEFT_ALONE]), max_size=4).map("; ".join))
def test_redacting_twice_is_redacting_once(text: str) -> None:
    once = redact(text)
    assert redact(once.text).text == once.text


@given(st.text(max_size=60))
def test_any_text_can_be_redacted(text: str) -> None:
    assert unicodedata.is_normalized("NFC", redact(text).text)


@given(st.lists(st.integers(0, 9), min_size=12, max_size=12), st.sampled_from(["", " ", ".", "-"]))
def test_twelve_digits_are_never_left_whatever_separates_them(digits: list[int], separator: str) -> None:
    written = separator.join(map(str, [1, *digits[1:11], 7]))
    assert written not in redact(f"số {written} ạ").text


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Ở xã Mỹ Thạnh An làm rất lâu. Gặp [tên người] thì nhanh, Hoa thì chậm", ("Mỹ Thạnh An", "Hoa")),
        ("Nhân viên tốt. Bàn ghế cũ", ()),
        ("Chờ lâu ở Giồng Trôm, rất lâu ở Giồng Trôm", ("Giồng Trôm",)),
    ],
)
def test_names_within_a_sentence_are_told_to_who_clears_it(text: str, named: tuple[str, ...]) -> None:
    assert proper_names(text) == named
