"""What an administrator changes in the course of a day."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
