from chengguan.subsystems import SubsystemConfig


class ManholesConfig(SubsystemConfig):
    name = "chengguan.subsystems.manholes"
    label = "manholes"
    verbose_name = "井盖监测"
