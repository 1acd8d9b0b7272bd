"""`chengguan gateway-password KEY`: the MQTT password of a demo gateway, to publish by hand."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from chengguan.demo.keys import password
from chengguan.things.models import Gateway


class Command(BaseCommand):
    help = "MQTT password of a gateway of the sample county"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("key", help="C-012, MG-007, ...")

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.DEMO or (settings.DATA_ROOT / "demo-loaded").exists()):
            raise CommandError(_("只有演示模式的网关密码可以推算。真实网关的密码在“系统管理 → 网关与密钥”签发，只显示一次。"))
        if not Gateway.objects.filter(key=options["key"]).exists():
            raise CommandError(_("没有网关 %(key)s。") % {"key": options["key"]})
        self.stdout.write(password(options["key"]))
