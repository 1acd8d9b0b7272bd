from django.utils.translation import gettext_lazy as _

from chengguan.subsystems import SubsystemConfig


class ManholesConfig(SubsystemConfig):
    name = "chengguan.subsystems.manholes"
    label = "manholes"
    verbose_name = _("井盖监测")
