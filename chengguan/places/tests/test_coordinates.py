import pytest

from chengguan.places import coordinates as c

# from npm gcoord 1.0.7: WGS-84, its GCJ-02, its BD-09
GCOORD = [
    ((108.9916, 28.4482), (108.99600628762025, 28.44480250961413), (109.00253749915014, 28.450702618961746)),
    ((109.3163, 28.8859), (109.32103922775191, 28.88284688667644), (109.32743471092537, 28.889169609607624)),
    ((121.42958967, 31.16014354), (121.43421491213417, 31.15825727380601), (121.4406098678395, 31.16460093049742)),
]


def test_the_public_vector_is_met():
    lon, lat = c.wgs84_to_gcj02(121.42958967, 31.16014354)
    assert abs(lon - 121.4342191628) < 1e-5
    assert abs(lat - 31.1582660190) < 1e-5


@pytest.mark.parametrize("wgs, gcj, bd", GCOORD)
def test_an_independent_library_says_the_same(wgs, gcj, bd):
    assert c.wgs84_to_gcj02(*wgs) == pytest.approx(gcj, abs=1e-10)
    assert c.wgs84_to_bd09(*wgs) == pytest.approx(bd, abs=1e-10)


@pytest.mark.parametrize("wgs, gcj, bd", GCOORD)
def test_the_way_back_ends_where_it_began_within_a_millimetre(wgs, gcj, bd):
    assert c.gcj02_to_wgs84(*gcj) == pytest.approx(wgs, abs=1e-8)
    assert c.bd09_to_gcj02(*bd) == pytest.approx(gcj, abs=1e-8)
    assert c.bd09_to_wgs84(*bd) == pytest.approx(wgs, abs=1e-8)
