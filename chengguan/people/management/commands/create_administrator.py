"""The first administrator of a new installation. Asks for the password, or reads it from standard input."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from chengguan.people import services


class Command(BaseCommand):
    help = "Create an account that holds the administrator's post."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", default="管理员", help="full name, shown on screens")
        parser.add_argument("--organisation", default="监督中心", help="name of the centre, made when there is none")
        parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")

    def handle(self, *args: Any, **given: Any) -> None:
        if given["password_stdin"]:
            password = sys.stdin.readline().rstrip("\n")
        else:
            password = getpass("Password: ")
            if password != getpass("Again: "):
                raise CommandError("The two passwords differ; nothing was created.")
        try:
            account = services.create_administrator(given["username"], given["name"], password, given["organisation"])
        except ValidationError as refused:
            raise CommandError("Nothing was created: " + " ".join(refused.messages)) from refused
        self.stdout.write(f"{account.username} may sign in and administer.")
