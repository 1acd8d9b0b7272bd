"""Which class (A, B, C) a place is of: its unit grid's, else its community's, else that of what lies around."""

from __future__ import annotations

from chengguan.places.models import Area, UnitGrid


def area_class(unit_grid_id: int | None, community_id: int | None) -> str:
    """"" when nobody has said any."""
    if unit_grid_id is not None:
        own = UnitGrid.objects.filter(pk=unit_grid_id).values_list("area_class", "community_id").first()
        if own and own[0]:
            return own[0]
        community_id = own[1] if own else community_id
    around = ("area_class", "parent__area_class", "parent__parent__area_class")
    classes = Area.objects.filter(pk=community_id).values_list(*around).first() if community_id is not None else None
    return next((each for each in classes or () if each), "")
