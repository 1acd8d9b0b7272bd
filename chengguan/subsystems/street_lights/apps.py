from django.utils.translation import gettext_lazy as _

from chengguan.subsystems import SubsystemConfig


class StreetLightsConfig(SubsystemConfig):
    name = "chengguan.subsystems.street_lights"
    label = "street_lights"
    verbose_name = _("路灯照明")
