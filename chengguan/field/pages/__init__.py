"""The phone's pages: every module of this folder brings its own `urlpatterns`."""

import importlib
import pkgutil

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
for _module in sorted(pkgutil.iter_modules(__path__), key=lambda each: each.name):
    urlpatterns += getattr(importlib.import_module(f"{__name__}.{_module.name}"), "urlpatterns", [])
