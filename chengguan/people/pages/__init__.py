"""The pages of people: sign-in, own account, notices, administration."""

from chengguan.people.pages import administration, leave, notices, session
from chengguan.people.pages.session import locked_out

__all__ = ["locked_out", "urlpatterns"]

urlpatterns = [*session.urlpatterns, *notices.urlpatterns, *leave.urlpatterns, *administration.urlpatterns]
