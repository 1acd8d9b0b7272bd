import pytest

from chengguan.places import selectors
from chengguan.places.spelling import initials_of, pinyin_of
from chengguan.places.tests.conftest import at

pytestmark = pytest.mark.django_db


def first(text):
    found = selectors.geocode(text)
    return found[0].name if found else None


@pytest.mark.parametrize(
    "text",
    ["渝秀大道118号", "渝秀大道118", "渝秀大道 118 号", "渝秀大道１１８号", "渝秀大道118号附近", "yxdd118", "yxdd118h", "yuxiudadao118", "余秀大道118号"],
)
def test_a_door_is_found_however_it_is_written(little_streets, text):
    assert first(text) == "渝秀大道118号"


def test_a_number_that_does_not_exist_gives_its_neighbours_on_that_road(little_streets):
    assert [address.number for address in selectors.geocode("渝秀大道130号", limit=3)] == [120, 119, 118]


@pytest.mark.parametrize("text", ["渝秀大道", "yxdd", "yuxiudadao", "余秀大道", "渝秀", "YXDD", "渝秀大道路口"])
def test_a_road_is_found_before_its_doors(little_streets, text):
    assert first(text) == "渝秀大道"


@pytest.mark.parametrize("text", ["花灯公园", "hdgy", "花灯", "灯公园", "huadenggongyuan"])
def test_a_place_is_found_by_name_part_and_sound(little_streets, text):
    assert first(text) == "花灯公园"


def test_a_slip_of_the_finger_is_forgiven(little_streets):
    assert first("huadengonyuan") == "花灯公园"


def test_words_that_mean_nothing_find_nothing(little_streets):
    assert selectors.geocode("") == []
    assert selectors.geocode("   ") == []
    assert selectors.geocode("qqqq") == []
    assert selectors.geocode("%_'; --") == []


def test_the_limit_is_kept(little_streets):
    assert len(selectors.geocode("渝秀", limit=4)) == 4


def test_a_point_is_called_by_the_nearest_door(little_streets):
    assert selectors.nearest_address(at(342, 84)) == "渝秀大道 118号附近"


def test_away_from_doors_a_place_is_called_by_poi_road_or_village(little_streets):
    assert selectors.nearest_address(at(905, 105)) == "花灯公园附近"
    assert selectors.nearest_address(at(600, 100)) == "渝秀大道附近"
    assert selectors.nearest_address(at(780, 190)) == "合江街道合二村"


def test_initials_keep_numbers_whole():
    assert initials_of("渝秀大道118号") == "yxdd118h"
    assert pinyin_of("重庆路") == "chongqinglu"  # not zhong
