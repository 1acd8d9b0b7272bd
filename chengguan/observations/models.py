"""What was measured: latest state and its rules' memory, positions of the sinks, quarantine, sequences of gateways.

The readings themselves are rows of the history engine (`history.py`), not of these tables.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengguan.observations.explaining import explained
from chengguan.observations.reasons import REASONS


class Metric(models.Model):
    """A metric of a manifest with the small number the history stores. Numbers are never reused."""

    id = models.SmallAutoField(primary_key=True)
    subsystem = models.SlugField(_("子系统"), max_length=60)
    slug = models.SlugField(_("标识"), max_length=60)
    name = models.CharField(_("名称"), max_length=60)
    unit = models.CharField(_("单位"), max_length=20, blank=True)
    low = models.FloatField(null=True, blank=True)
    high = models.FloatField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("监测指标")
        constraints = [models.UniqueConstraint(fields=["subsystem", "slug"], name="metric_once")]

    def __str__(self) -> str:
        return f"{self.subsystem}/{self.slug}"


class LatestState(models.Model):
    """The last known values of a device and what its rules remember; one row a device, written by ingest alone."""

    device = models.OneToOneField("things.Device", models.CASCADE, primary_key=True, related_name="latest")
    seen_at = models.DateTimeField(_("最近通信"), null=True)
    measured_at = models.DateTimeField(_("测量时间"), null=True)
    values = models.JSONField(_("监测值"), default=dict)
    times = models.JSONField(default=dict)
    """metric slug -> device time in ms, for metrics not measured at `measured_at`"""
    rule_state = models.JSONField(default=dict)
    battery = models.FloatField(_("电量"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("最新状态")

    def __str__(self) -> str:
        return f"{self.device_id}"


class SinkPosition(models.Model):
    """How far a sink has come in a partition of the stream. Committed together with what it did."""

    sink = models.CharField(max_length=12)
    partition = models.PositiveSmallIntegerField()
    incarnation = models.CharField(max_length=60)
    """which stream this number belongs to: a stream made anew counts from 1 again"""
    position = models.BigIntegerField(default=0)
    stamp = models.BigIntegerField(default=0)
    """when JetStream received the message at `position`, ns: tells whether the stream still is the same one"""
    watermark = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("入库位置")
        constraints = [models.UniqueConstraint(fields=["sink", "partition"], name="one_position")]

    def __str__(self) -> str:
        return f"{self.sink}/{self.partition}: {self.position}"


class HistoryIntent(models.Model):
    """What the history sink is about to insert: written before, taken away with the new position. After a crash
    the insert is made again with exactly this range, so its token recognises it."""

    incarnation = models.CharField(max_length=60)
    partitions = ArrayField(models.PositiveSmallIntegerField())
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("待写历史批次")

    def __str__(self) -> str:
        return f"{self.first}..{self.last}"


class LeftBehind(models.Model):
    """What the history may lack of a stream that *now* has left, or that kept its messages no longer. Settled by the history
    when it has brought that stream to its end; the row stays when messages are missing that nobody has any more."""

    class Why(models.TextChoices):
        REPLACED = "replaced", _("消息流换新")
        EXPIRED = "expired", _("超过保留期")

    incarnation = models.CharField(max_length=60)
    partitions = ArrayField(models.PositiveSmallIntegerField())
    why = models.CharField(_("原因"), max_length=10, choices=Why.choices, default=Why.REPLACED)
    last = models.BigIntegerField()
    """how far *now* came in it"""
    stamp = models.BigIntegerField(default=0)
    """when the message at `last` was received, ns"""
    begins = models.BigIntegerField(default=0)
    """the position behind which the stream that followed is read"""
    missing = models.BigIntegerField(_("缺失报文"), default=0)
    since = models.DateTimeField(_("自"), null=True)
    until = models.DateTimeField(_("至"), null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(_("认定时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("历史缺口")

    def __str__(self) -> str:
        return f"{self.incarnation}: {self.missing}"

    def in_words(self) -> str:
        """What the operator reads."""
        since, until = (f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S}" if at else "?" for at in (self.since, self.until))
        words = _("%(since)s 至 %(until)s 收到的报文里，至多 %(n)d 条没有写进历史库，已无处可补（%(why)s）；最新状态、告警和案件不缺。")
        return str(words) % {"since": since, "until": until, "n": self.missing, "why": self.Why(self.why).label}


class Rejection(models.Model):
    """Messages of a batch that *now* let not pass (repeats, quarantined, throttled): the history leaves them out."""

    incarnation = models.CharField(max_length=60)
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    sequences = ArrayField(models.BigIntegerField())
    counts = models.JSONField(default=dict)
    """reason -> how many"""
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("拒收记录")
        indexes = [models.Index(fields=["incarnation", "last"], name="rejection_range")]

    def __str__(self) -> str:
        return f"{self.first}..{self.last}: {len(self.sequences)}"


class Quarantine(models.Model):
    """A message that could not be taken, as it came, with the reason; an operator re-drives or discards it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("待处理")
        REDRIVEN = "redriven", _("已重放")
        DISCARDED = "discarded", _("已丢弃")

    received_at = models.DateTimeField(_("接收时间"))
    incarnation = models.CharField(max_length=60)
    sequence = models.BigIntegerField()
    subject = models.CharField(_("主题"), max_length=400)
    payload = models.BinaryField(_("原文"))
    size = models.PositiveIntegerField(_("字节数"), default=0)
    gateway_key = models.CharField(_("网关"), max_length=80, blank=True)
    device_key = models.CharField(_("设备"), max_length=80, blank=True)
    reason = models.CharField(_("原因"), max_length=30, choices=[(key, name) for key, name in REASONS.items()])
    detail = models.CharField(_("说明"), max_length=400, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.WAITING)
    decided_by = models.ForeignKey("people.Account", models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    redriven_sequence = models.BigIntegerField(null=True, blank=True)
    """where the re-driven copy was taken in: a second copy of it is a repeat"""
    again_of = models.BigIntegerField(null=True, blank=True, db_index=True)
    """the entry that was re-driven and came back as this one"""

    class Meta:
        verbose_name = verbose_name_plural = _("隔离区")
        ordering = ["-received_at", "-id"]
        indexes = [models.Index(fields=["state", "-received_at"], name="quarantine_desk")]
        constraints = [models.UniqueConstraint(fields=["incarnation", "sequence"], name="quarantined_once")]

    def __str__(self) -> str:
        return f"{self.subject} {self.reason}"

    @property
    def explained(self) -> str:
        """Why, as a sentence for the operator; `detail` is the technical text."""
        return explained(self.reason, self.detail)


class GatewaySequence(models.Model):
    """Which numbers of a gateway have arrived: all up to `highest` but the `gaps`."""

    gateway = models.CharField(max_length=80)
    epoch = models.BigIntegerField(default=0)
    restart = models.PositiveIntegerField(default=0)
    """how often the counter was seen to begin again without a new epoch"""
    highest = models.BigIntegerField(default=0)
    gaps = models.JSONField(default=list)
    """[[from, to, first missed in ms], ...]"""
    newest = models.BigIntegerField(default=0)
    """newest device time seen, ms"""
    lost = models.BigIntegerField(default=0)
    """numbers given up: asked for and never sent again"""
    asked_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("网关报文序号")
        constraints = [models.UniqueConstraint(fields=["gateway", "epoch"], name="one_counter")]

    def __str__(self) -> str:
        return f"{self.gateway}: {self.highest}"


class Uplink(models.Model):
    """A ChirpStack deduplicationId of the last 24 hours."""

    deduplication = models.UUIDField(primary_key=True)
    seen_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = _("上行报文")

    def __str__(self) -> str:
        return str(self.deduplication)


class FrameCounter(models.Model):
    """The last fCnt of a LoRaWAN device and how many frames were missed: shown, cannot be asked again."""

    device = models.OneToOneField("things.Device", models.CASCADE, primary_key=True, related_name="frame_counter")
    counter = models.BigIntegerField(default=-1)
    missed = models.BigIntegerField(default=0)
    received = models.BigIntegerField(default=0)
    last_gap_at = models.DateTimeField(null=True)
    joined_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("帧计数")

    def __str__(self) -> str:
        return f"{self.device_id}: {self.counter}"


class Throttling(models.Model):
    """A device that sends faster than its rate allows, and how much of it was left out."""

    device = models.OneToOneField("things.Device", models.CASCADE, primary_key=True, related_name="throttling")
    since = models.DateTimeField()
    until = models.DateTimeField()
    dropped = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("限流设备")

    def __str__(self) -> str:
        return f"{self.device_id}: {self.dropped}"


class SinkReport(models.Model):
    """What a sink last said about itself, for the operations page; lost without harm."""

    sink = models.CharField(max_length=12)
    owner = models.CharField(max_length=80)
    at = models.DateTimeField()
    figures = models.JSONField(default=dict)

    class Meta:
        verbose_name = verbose_name_plural = _("入库情况")
        constraints = [models.UniqueConstraint(fields=["sink", "owner"], name="one_report")]

    def __str__(self) -> str:
        return f"{self.sink} {self.owner}"
