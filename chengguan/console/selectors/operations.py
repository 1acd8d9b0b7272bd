"""How the river runs: rates, backlogs and ages of each step, what is refused, what lives."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan.alarms.models import Rule
from chengguan.engines import nats, run_files
from chengguan.observations.models import GatewaySequence, Quarantine, SinkPosition, SinkReport, Throttling
from chengguan.observations.reasons import DROPPED, REASONS
from chengguan.observations.selectors import lost_readings
from chengguan.people.selectors import Who, may
from chengguan.things.models import Device

OLD_S = 15.0
"""A report older than this is from a sink that no longer speaks."""
LATE_S = 10.0
"""Silence is judged only while the backlog is younger than this."""
TOLD_FOR = timedelta(days=7)
"""What the history lacks is said for so long."""


@dataclass
class Step:
    name: str
    busy: float
    rate: float | None


@dataclass
class Sink:
    slug: str
    name: str
    reporting: bool
    at: datetime | None
    messages_s: float = 0.0
    readings_s: float = 0.0
    backlog: int = 0
    age_s: float = 0.0
    trouble: str = ""
    paused: str = ""
    workers: int = 0
    steps: list[Step] = field(default_factory=list)
    position: int = 0

    @property
    def late(self) -> bool:
        return self.age_s > LATE_S


def step_names() -> dict[str, str]:
    """In the order a batch passes them."""
    return {
        "identify": _("识别来源"), "decode": _("解码"), "check_range": _("核对范围"), "check_clock": _("核对时钟"), "throttle": _("限速"),
        "drop_repeats": _("去重"), "find_contradictions": _("查矛盾"), "rules": _("判规则"), "state": _("并入最新状态"), "commit": _("提交"),
        "silence": _("判失联"), "read_again": _("补读未完的批"), "insert": _("写入历史库"), "position": _("记下进度"),
    }  # fmt: skip


def operations(who: Who) -> dict[str, Any]:
    """Everything the operations page shows; empty for those who may not look."""
    if not may(who, "observations.operations"):
        return {}
    reports = list(SinkReport.objects.order_by("sink", "-at"))
    sinks = [_sink(slug, name, reports) for slug, name in (("now", _("即时：状态与告警")), ("history", _("历史：读数入库")))]
    fill = nats.fill(1.5)
    return {
        "at": timezone.now(),
        "sinks": sinks,
        "paused": next((sink.paused for sink in sinks if sink.paused), ""),
        "lost": [each.in_words() for each in lost_readings() if each.created_at > timezone.now() - TOLD_FOR],
        "troubles": [(sink.name, sink.trouble) for sink in sinks if sink.trouble],
        "fill": None if fill is None else round(fill * 100, 1),
        "refused": nats.refused()[:20],
        "parts": parts(),
        "slowest": _slowest(reports),
        "noisiest": _noisiest(reports),
        "left_out": _left_out(reports),
        "quarantine": Quarantine.objects.filter(state=Quarantine.State.WAITING).count(),
        "throttled": list(Throttling.objects.filter(until__gt=timezone.now()).select_related("device")[:10]),
        "gaps": gaps(),
        "watermark": SinkPosition.objects.filter(sink="now", watermark__isnull=False).order_by("-watermark").values_list("watermark", flat=True).first(),
    }


def _fresh(reports: list[SinkReport], sink: str) -> list[SinkReport]:
    limit = timezone.now() - timedelta(seconds=OLD_S)
    return [report for report in reports if report.sink == sink and report.at >= limit]


def _sink(slug: str, name: str, reports: list[SinkReport]) -> Sink:
    """All processes of one sink added up."""
    fresh = _fresh(reports, slug)
    last = max((report.at for report in reports if report.sink == slug), default=None)
    sink = Sink(slug, name, bool(fresh), last, workers=len(fresh))
    busy: Counter[str] = Counter()
    rates: dict[str, list[float]] = {}
    for report in fresh:
        told = report.figures
        sink.messages_s += told.get("messages_s", 0)
        sink.readings_s += told.get("readings_s", 0)
        sink.backlog += told.get("backlog", 0)
        sink.age_s = max(sink.age_s, told.get("age_s", 0))
        sink.trouble = sink.trouble or told.get("trouble", "")
        sink.paused = sink.paused or told.get("paused", "")
        for step, figures in told.get("steps", {}).items():
            busy[step] += figures.get("busy") or 0
            if figures.get("rate"):
                rates.setdefault(step, []).append(figures["rate"])
    names = step_names()
    order = [*(step for step in names if step in busy), *(step for step in busy if step not in names)]
    sink.steps = [Step(names.get(step, step), min(1.0, busy[step]) * 100, sum(rates[step]) if step in rates else None) for step in order]
    sink.position = max(SinkPosition.objects.filter(sink=slug).values_list("position", flat=True), default=0)
    return sink


def parts() -> list[dict[str, Any]]:
    """Engines and roles as the supervisor last wrote them down; empty when somebody else supervises."""
    told = run_files.read("parts.json")
    rows = []
    for kind, kind_name in (("engines", _("引擎")), ("roles", _("角色"))):
        for name, figures in told.get(kind, {}).items():
            since = figures.get("since")
            rows.append({"name": name, "kind": kind_name, **figures, "since": datetime.fromtimestamp(since, UTC) if since else None})
    return rows


def _slowest(reports: list[SinkReport]) -> dict[str, Any] | None:
    told = [report.figures.get("slowest_rule") or {} for report in _fresh(reports, "now")]
    worst = max((each for each in told if each.get("rule")), key=lambda each: each.get("busy", 0), default=None)
    if worst is None:
        return None
    rule = Rule.objects.filter(slug=worst["rule"]).first()
    return {"slug": worst["rule"], "name": _(rule.name) if rule else worst["rule"], "busy": worst.get("busy", 0) * 100}


def _noisiest(reports: list[SinkReport]) -> list[dict[str, Any]]:
    counts: Counter[int] = Counter()
    for report in _fresh(reports, "now"):
        for each in report.figures.get("noisiest", []):
            counts[each["device"]] += each["messages"]
    known = Device.objects.select_related("component").in_bulk([device for device, _n in counts.most_common(5)])
    return [{"device": known[device], "messages": n} for device, n in counts.most_common(5) if device in known]


def _left_out(reports: list[SinkReport]) -> list[tuple[str, int]]:
    """Messages not taken since the sinks began, by reason."""
    counts: Counter[str] = Counter()
    for report in _fresh(reports, "now"):
        counts.update(report.figures.get("refused_total", {}))
    names = REASONS | DROPPED
    return [(str(names.get(reason, reason)), n) for reason, n in counts.most_common()]


def gaps() -> list[dict[str, Any]]:
    """Gateways with numbers that never came, the worst first."""
    rows = []
    for row in GatewaySequence.objects.exclude(gaps=[]).order_by("-seen_at")[:200]:
        missing = sum(gap[1] - gap[0] + 1 for gap in row.gaps)
        rows.append({"gateway": row.gateway, "missing": missing, "asked_at": row.asked_at, "lost": row.lost, "seen_at": row.seen_at})
    return sorted(rows, key=lambda row: -row["missing"])[:10]
