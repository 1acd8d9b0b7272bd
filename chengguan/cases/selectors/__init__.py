"""Questions about cases. Each that shows cases takes who asks and answers only with what that person may see."""

from chengguan.cases.selectors.actions import Action, Field, actions_for, suggested_department
from chengguan.cases.selectors.came_back import came_back, found_wanting, told_the_crew
from chengguan.cases.selectors.casefiles import case_file, condition_of, durations
from chengguan.cases.selectors.configuration import calendar, held, settings
from chengguan.cases.selectors.counted import counts_lately
from chengguan.cases.selectors.distance import Distance, component_here, distance_of
from chengguan.cases.selectors.finding import MOST_RANKED, Found, find
from chengguan.cases.selectors.follow_ups import Call, Caller, call_counts, calls, may_follow_up
from chengguan.cases.selectors.habits import Likely, likely_classes, unread_of
from chengguan.cases.selectors.lately import durations_lately
from chengguan.cases.selectors.loads import loads
from chengguan.cases.selectors.marks import MARKS, Mark, marks_of
from chengguan.cases.selectors.moved import only_noted_since
from chengguan.cases.selectors.named import choices as named_choices
from chengguan.cases.selectors.named import names_in
from chengguan.cases.selectors.nearby import (
    Beside,
    Near,
    duplicates,
    duplicates_of_each,
    earlier,
    mergeable,
    near_of,
    of_caller,
    open_beside,
)
from chengguan.cases.selectors.recurrence import Past, Recurring, history_here, recurring, times_here
from chengguan.cases.selectors.seeing import sees_reporter, visible
from chengguan.cases.selectors.sorting import SORTS, sorts_of
from chengguan.cases.selectors.timeleft import light_of, show_times
from chengguan.cases.selectors.urges import SHOWS, sides_of, urge_counts, urges
from chengguan.cases.selectors.worklists import (
    POST_STATES,
    Page,
    beside_counts,
    counts,
    load_of_departments,
    waiting,
    waiting_at,
    worklist,
)

__all__ = [
    "MARKS",
    "MOST_RANKED",
    "POST_STATES",
    "SHOWS",
    "SORTS",
    "Action",
    "Beside",
    "Call",
    "Caller",
    "Distance",
    "Field",
    "Found",
    "Likely",
    "Mark",
    "Near",
    "Page",
    "Past",
    "Recurring",
    "actions_for",
    "beside_counts",
    "calendar",
    "call_counts",
    "calls",
    "came_back",
    "case_file",
    "component_here",
    "condition_of",
    "counts",
    "counts_lately",
    "distance_of",
    "duplicates",
    "duplicates_of_each",
    "durations",
    "durations_lately",
    "earlier",
    "find",
    "found_wanting",
    "held",
    "history_here",
    "light_of",
    "likely_classes",
    "load_of_departments",
    "loads",
    "marks_of",
    "may_follow_up",
    "mergeable",
    "named_choices",
    "names_in",
    "near_of",
    "of_caller",
    "only_noted_since",
    "open_beside",
    "recurring",
    "sees_reporter",
    "settings",
    "show_times",
    "sides_of",
    "sorts_of",
    "suggested_department",
    "times_here",
    "told_the_crew",
    "unread_of",
    "urge_counts",
    "urges",
    "visible",
    "waiting",
    "waiting_at",
    "worklist",
]
