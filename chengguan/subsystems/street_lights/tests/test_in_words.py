import pytest

from chengguan.subsystems.street_lights.rules import in_words


@pytest.mark.parametrize(
    "values, well, words",
    [
        ({"on": 1, "power": 86.0}, True, "灯已亮 86 W"),
        ({"on": 1, "power": 0.4}, False, "已开灯，灯不亮 0.4 W"),
        ({"on": 0, "power": 0.0}, None, "灯已关"),
        ({"temperature": 21.0}, None, "读数不全"),
    ],
)
def test_a_lamps_reading_is_said_in_words(values, well, words):
    told = in_words("lamp_controller", values, {"rated_w": 100})
    assert (told.well, told.text % told.values) == (well, words)
