"""Words by which names of people are known in Vietnamese text, and capital words that are no people's."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    """The words of a text; an underline stands for a blank within one."""
    return tuple(word.replace("_", " ") for word in text.split())


KIN = _words(
    """
    ông bà anh chị cô chú bác em thầy cháu dì cậu mợ thím bạn con
    """
)
"""Words of kinship by which people are addressed."""

TITLES = _words(
    """
    đồng_chí đ/c đc mr mr. mrs mrs. ms ms. bs bs. ts ts. ths ths. bác_sĩ kỹ_sư luật_sư chuyên_viên cán_bộ công_chức
    nhân_viên viên_chức giám_đốc phó_giám_đốc chủ_tịch phó_chủ_tịch trưởng_phòng phó_phòng trưởng_ban bí_thư kế_toán
    thủ_quỹ bảo_vệ lãnh_đạo sếp tên tên_là tôi_là mình_là tôi_tên tôi_tên_là họ_tên họ_và_tên tên_tôi_là người_tên gặp
    ký_tên
    """
)
"""With the words of kinship, what stands before a name; a name is what follows with a capital."""

FAMILIES = _words(
    """
    nguyễn trần lê phạm hoàng huỳnh phan vũ võ đặng bùi đỗ hồ ngô dương lý đào đinh lâm trịnh mai cao hà lương tạ châu
    tô thái kiều quách tống triệu lưu phùng thạch nông vi lò sầm đoàn trương vương tăng từ la ông khổng chu doãn nghiêm
    giang diệp mạc bế hứa lục danh kim sơn thân đàm đồng âu ma giàng vàng rơ y
    """
)
"""Family names (họ) of the Kinh and of other peoples, in lower case."""

BARE_FAMILIES = _words(
    """
    nguyen tran le pham hoang huynh phan vu vo dang bui do ho ngo duong ly dao dinh trinh luong truong doan vuong
    """
)
"""The commonest family names as they are typed without marks."""

MIDDLES = _words(
    """
    văn thị van thi hữu huu ngọc ngoc đức duc quốc quoc thanh minh xuân xuan kim hoàng hoang công cong đình dinh bá ba
    trọng trong như nhu mỹ my bích bich tuấn tuan anh
    """
)
"""Middle names (tên đệm) that with a family name make a name even in lower case."""

GIVEN = _words(
    """
    lan hương tuấn dũng cường nga hạnh nhung trang linh loan oanh quyên thảo thủy thúy trâm trinh tuyết uyên vân yến
    phượng phương ngân mai ly liên huyền huệ hằng hiền giang diễm dung đào cúc chi châu bích quân quang phúc phong nam
    long lâm khoa khánh huy hiếu hải duy đạt bình tài tâm thắng thành thịnh toàn trung tú tùng việt vinh vũ sơn nhân
    nghĩa
    """
)
"""Common given names; after a word of kinship they are names in lower case too."""

INSTITUTIONS = _words(
    """
    atm ban bưu bệnh bộ cccd cmnd cơ cổng cục dịch facebook hđnd hội internet kho một nhà phòng qr quầy sở thuế toà
    trường trạm tthc tttt tòa tổ ubnd uỷ viện vn vneid website zalo đảng đội ủy
    """
)
"""Words that begin the name of an office or a thing."""

NO_PEOPLE = _words(
    """
    cao_bằng cao_lãnh chi_bộ chi_cục chi_nhánh châu_phú châu_thành châu_á châu_âu châu_đốc công_an công_chức công_dân
    công_thương công_trình công_ty giang_thành hà_giang hà_nam hà_nội hà_tiên hà_tĩnh hà_đông hải_quan hồ_chí hồ_sơ
    kim_bôi kim_sơn kinh_tế lâm_đồng lý_sơn lương_sơn mai_châu quản_lý sơn_la sơn_trà sơn_tây thái_bình thái_nguyên
    thạch_hà thạch_thất trung_tâm trung_ương từ_khi từ_ngày việt_nam văn_hóa văn_phòng văn_thư vũ_quang đoàn_kết
    đoàn_thanh đồng_nai đồng_tháp
    """
)
"""The first two words of places and offices whose first word is a person's name too."""
