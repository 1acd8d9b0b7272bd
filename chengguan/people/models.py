"""Organisations, accounts, posts."""

from django.contrib.auth.models import AbstractUser


class Account(AbstractUser):
    """A person who signs in."""
