"""Whether a case that a person looks at has meanwhile been moved by somebody."""

from __future__ import annotations

from chengguan.cases.models import Case, Step


def only_noted_since(case: Case, version: int) -> bool:
    """Whether all that happened since `version` are the platform's own notes beside the stage, such as a reading that
    proves the work: nothing that makes what a person is about to do any less right."""
    newer = case.version - version
    if newer <= 0:
        return newer == 0
    steps = list(Step.objects.filter(case=case).order_by("-id")[:newer])
    return len(steps) == newer and all(step.role == "system" and step.from_state == step.to_state for step in steps)
