"""`make docs`: write the generated pages."""

from __future__ import annotations

from django.conf import settings
from django.core.management.base import BaseCommand

from chengguan.config import documents


class Command(BaseCommand):
    help = "Write the generated pages under docs/reference."

    def handle(self, *args: object, **options: object) -> None:
        folder = settings.REPOSITORY / "docs" / "reference"
        for name in documents.PAGES:
            (folder / name).write_text(documents.write(name))
            self.stdout.write(str(folder / name))
