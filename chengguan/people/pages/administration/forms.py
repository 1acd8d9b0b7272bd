"""The fields of the administration pages. Rules are in the services; a refusal comes back on the form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext_lazy as _

from chengguan.people.models import Account, GridDuty, Organisation, Post
from chengguan.people.roles import ROLE_CHOICES
from chengguan.places.models import Area, ResponsibilityGrid


class Plain(forms.Form):
    """A form in the house's looks."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.CharField):
                field.error_messages["max_length"] = _("最多 %(limit_value)d 字，现在有 %(show_value)d 字。")
            if isinstance(field, forms.ModelChoiceField) and field.empty_label == "---------":
                field.empty_label = str(_("请选择")) if field.required else str(_("无"))
            looks = "form-check-input" if isinstance(field.widget, forms.CheckboxInput) else "form-control"
            field.widget.attrs.setdefault("class", "form-select" if isinstance(field.widget, forms.Select) else looks)

    def attempt(self, act: Callable[[dict[str, Any]], Any]) -> Any:
        """What `act` returns for the cleaned fields; None, with the reason on the form, when something refused."""
        if not self.is_valid():
            return None
        try:
            return act(self.cleaned_data)
        except ValidationError as refused:
            known = hasattr(refused, "error_dict") and set(refused.error_dict) <= {*self.fields, NON_FIELD_ERRORS}
            self.add_error(None, refused if known else ValidationError(refused.messages))
            return None

    def offer(self, name: str, rows: Any) -> None:
        """The rows a choice field offers, asked for when the form is made."""
        cast(forms.ModelChoiceField, self.fields[name]).queryset = rows

    @property
    def words(self) -> str:
        """All errors in one line, for a message after a redirect."""
        lines = []
        for name, errors in self.errors.items():
            label = self.fields[name].label if name in self.fields else ""
            lines.append((f"{label}：" if label else "") + " ".join(str(error) for error in errors))
        return "；".join(lines)


def organisations() -> Any:
    return Organisation.objects.filter(enabled=True).order_by("kind", "code")


class AccountForm(Plain):
    username = forms.CharField(label=_("账号"), max_length=40, help_text=_("登录用，字母、数字"))
    name = forms.CharField(label=_("姓名"), max_length=40)
    phone = forms.CharField(label=_("电话"), max_length=20, required=False)
    organisation = forms.ModelChoiceField(Organisation.objects.none(), label=_("机构"))
    role = forms.ChoiceField(label=_("岗位"), choices=ROLE_CHOICES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("organisation", organisations())


class AccountFactsForm(Plain):
    name = forms.CharField(label=_("姓名"), max_length=40)
    phone = forms.CharField(label=_("电话"), max_length=20, required=False)


class HoldingForm(Plain):
    organisation = forms.ModelChoiceField(Organisation.objects.none(), label=_("机构"))
    role = forms.ChoiceField(label=_("岗位"), choices=ROLE_CHOICES)
    valid_from = forms.DateField(label=_("自"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("organisation", organisations())


class OrganisationForm(Plain):
    code = forms.SlugField(label=_("编码"), max_length=32)
    name = forms.CharField(label=_("名称"), max_length=100)
    short = forms.CharField(label=_("简称"), max_length=30, required=False)
    kind = forms.ChoiceField(label=_("类别"), choices=Organisation.Kind.choices)
    parent = forms.ModelChoiceField(Organisation.objects.none(), label=_("上级"), required=False)
    area = forms.ModelChoiceField(Area.objects.none(), label=_("所辖区域"), required=False)
    phone = forms.CharField(label=_("电话"), max_length=20, required=False)
    enabled = forms.BooleanField(label=_("启用"), required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("parent", organisations())
        self.offer("area", Area.objects.exclude(level="community").defer("geom", "geom_3857"))


class ResponsibilityForm(Plain):
    matter_code = forms.RegexField(r"^(\d{2}|\d{5})$", label=_("事项编码"), help_text=_("2 位：整个大类；5 位：一个小类"), error_messages={"invalid": _("应为 2 位或 5 位数字")})
    area = forms.ModelChoiceField(Area.objects.none(), label=_("区域"), required=False, empty_label=_("全县"))
    owner = forms.ModelChoiceField(Organisation.objects.none(), label=_("权属单位"), required=False, empty_label=_("不限"), help_text=_("只对这家单位的部件"))
    organisation = forms.ModelChoiceField(Organisation.objects.none(), label=_("责任单位"))
    valid_from = forms.DateField(label=_("自"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("area", Area.objects.filter(level="township").defer("geom", "geom_3857"))
        self.offer("organisation", organisations().exclude(kind__in=["centre", "crew"]))
        self.offer("owner", organisations().exclude(kind__in=["centre", "crew"]))


class LeaveForm(Plain):
    """Of one account: whoever may stand in and what may be lent is given by the page."""

    valid_from = forms.DateField(label=_("第一天"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    last_day = forms.DateField(label=_("最后一天"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    stand_in = forms.ModelChoiceField(Account.objects.none(), label=_("代班人"), required=False, empty_label=_("不安排"))
    posts = forms.ModelMultipleChoiceField(Post.objects.none(), label=_("代行岗位"), required=False, widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}))
    reason = forms.CharField(label=_("事由"), max_length=100, required=False)

    def __init__(self, *args: Any, colleagues: Any, posts: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("stand_in", colleagues)
        self.offer("posts", Post.objects.filter(pk__in=[post.pk for post in posts]).select_related("organisation"))


class DutyForm(Plain):
    responsibility_grid = forms.ModelChoiceField(ResponsibilityGrid.objects.none(), label=_("责任网格"))
    account = forms.ModelChoiceField(Account.objects.none(), label=_("信息采集员"))
    shift = forms.ChoiceField(label=_("班次"), choices=GridDuty.Shift.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("responsibility_grid", ResponsibilityGrid.objects.filter(valid_to=None).defer("geom", "geom_3857"))
        self.offer("account", Account.objects.filter(is_active=True, holdings__post__role="inspector").distinct())


class FileForm(Plain):
    file = forms.FileField(label=_("表格（xlsx）"))
