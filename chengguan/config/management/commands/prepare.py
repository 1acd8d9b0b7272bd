"""Bring the data up to what this program expects, before any role starts."""

from __future__ import annotations

import asyncio

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from chengguan.engines import history, nats, run_files


class Command(BaseCommand):
    help = "Migrate, make the stream and the history's tables; with --demo load the sample county once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--demo", action="store_true")

    def handle(self, *args: object, demo: bool, **options: object) -> None:
        self.stdout.write(_("更新数据库结构……"))
        call_command("migrate", interactive=False, verbosity=0)
        history.ensure_tables()
        asyncio.run(nats.ensure_stream())
        if demo:
            self._load_demo()

    def _load_demo(self) -> None:
        from chengguan import demo

        marker = settings.DATA_ROOT / "demo-loaded"
        brings = ",".join(name for name, _function, _words in demo.PARTS)
        if not marker.exists() or marker.read_text() != brings:
            self.stdout.write(_("载入样例县（合成数据），约需一到两分钟……"))
            demo.load(lambda words: self.stdout.write(f"  {words}"))
            marker.write_text(brings)
        (run_files.folder() / "demo-accounts.txt").write_text("\n".join(demo.accounts()))
