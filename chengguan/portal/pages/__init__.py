"""The citizen's pages, and the administrator's page of partners."""

from chengguan.portal.pages import citizens, partners

urlpatterns = [*citizens.urlpatterns, *partners.urlpatterns]
