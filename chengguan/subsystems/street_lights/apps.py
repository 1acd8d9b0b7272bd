from chengguan.subsystems import SubsystemConfig


class StreetLightsConfig(SubsystemConfig):
    name = "chengguan.subsystems.street_lights"
    label = "street_lights"
    verbose_name = "路灯照明"
