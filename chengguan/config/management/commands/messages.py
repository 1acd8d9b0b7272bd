"""`make messages`: bring the English catalogue up to date with the sources, and compile it. Set-up only compiles."""

from __future__ import annotations

from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from chengguan.config import messages


class Command(BaseCommand):
    help = "Read what is marked for translation, keep the English there is, list what still lacks it, and compile."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--compile", action="store_true", help="only compile what is written")

    def handle(self, *args: object, **options: object) -> None:
        known = messages.read_catalogue(messages.CATALOGUE.read_text("utf-8")) if messages.CATALOGUE.exists() else {}
        if options["compile"]:
            messages.COMPILED.write_bytes(messages.compiled(known))
            return
        entries = messages.brought_up_to_date(known, messages.wanted())
        messages.CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
        messages.CATALOGUE.write_text(messages.write_catalogue(entries), "utf-8")
        messages.COMPILED.write_bytes(messages.compiled(entries))
        for message, told in entries.items():
            if not all(told):
                self.stdout.write(f"no English yet: {message.text}")
        self.stdout.write(f"{len(entries)} messages, {len(entries.keys() - known.keys())} new, {len(known.keys() - entries.keys())} dropped")
