"""Every app's pages and API, found, not listed."""

import logging

from django.contrib import admin
from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path
from ninja import NinjaAPI

from chengguan import __version__
from chengguan.config.discovery import app_modules
from chengguan.people.middleware import unfit

log = logging.getLogger(__name__)
api = NinjaAPI(title="城管 Chengguan", version=__version__, urls_namespace="api")


@api.exception_handler(DataError)
def unfit_value(request: HttpRequest, error: DataError) -> HttpResponse:
    log.error("%s %s: the database could not take a value", request.method, request.path, exc_info=error)
    return api.create_response(request, {"detail": unfit()}, status=400)


for _label, _module in app_modules("api"):
    if hasattr(_module, "router"):
        api.add_router(f"/v1/{_label}", _module.router, tags=[_label])

urlpatterns: list[URLPattern | URLResolver] = [path("api/", api.urls), path("admin/", admin.site.urls)]
for _label, _module in app_modules("pages"):
    urlpatterns += _module.urlpatterns
for _label, _module in app_modules("api"):
    urlpatterns += getattr(_module, "urlpatterns", [])
