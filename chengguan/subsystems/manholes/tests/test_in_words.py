import pytest

from chengguan.subsystems.manholes.rules import in_words


@pytest.mark.parametrize(
    "values, well, words",
    [
        ({"opened": 0, "displaced": 0, "tilt": 1.5}, True, "井盖已盖好，倾角 1.5°"),
        ({"opened": 1}, False, "井盖开着"),
        ({"displaced": 1, "opened": 0}, False, "井盖移位或丢失"),
        ({"tilt": 35}, False, "井盖倾斜 35°"),
        ({"battery": 80}, None, "读数不全"),
    ],
)
def test_a_covers_reading_is_said_in_words(values, well, words):
    told = in_words("radio_tag", values, {})
    assert (told.well, told.text % told.values) == (well, words)
