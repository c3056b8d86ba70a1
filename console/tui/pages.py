"""Every class of ours that has keys: what the help lists, and where a rebinding may point."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from console.tui.screens.acknowledge import AcknowledgeDialog
from console.tui.screens.alerts import AlertsScreen
from console.tui.screens.approvals import ApprovalsScreen
from console.tui.screens.audit import AuditScreen
from console.tui.screens.close import CloseDialog
from console.tui.screens.correct import CorrectDialog
from console.tui.screens.dialog import Dialog
from console.tui.screens.evidence import EvidenceScreen
from console.tui.screens.export import ExportMenu
from console.tui.screens.fleet import FleetScreen
from console.tui.screens.go_to import GoTo
from console.tui.screens.grant import GrantDialog
from console.tui.screens.help import HelpScreen, own_bindings
from console.tui.screens.journal import JournalScreen
from console.tui.screens.menu import ActionMenu
from console.tui.screens.misses import MissesScreen
from console.tui.screens.order import OrderDialog
from console.tui.screens.orders import OrdersScreen
from console.tui.screens.period_misses import PeriodMisses
from console.tui.screens.refused import RefusedScreen
from console.tui.screens.review import ReviewScreen
from console.tui.screens.reviewing import Reviewing
from console.tui.screens.route import RouteScreen
from console.tui.screens.route_review import RouteReviewScreen
from console.tui.screens.sign import SignDialog
from console.tui.screens.silence import SilenceDialog
from console.tui.screens.sources import SourcesScreen
from console.tui.screens.table import Table
from console.tui.screens.view import View
from console.tui.widgets.choice import Picker
from console.tui.widgets.cursor_list import CursorList
from console.tui.widgets.filter_bar import FilterBar

if TYPE_CHECKING:
    from collections.abc import Collection

    from textual.dom import DOMNode

PAGES: dict[type[DOMNode], str] = {
    FleetScreen: "Fleet",
    AlertsScreen: "Alerts",
    MissesScreen: "Misses",
    OrdersScreen: "Orders",
    AuditScreen: "Audit",
    ApprovalsScreen: "Runs that wait for a grant",
    SourcesScreen: "Sources",
    RefusedScreen: "Pieces of a log that could not be read",
    ReviewScreen: "Review",
    RouteReviewScreen: "Review of a route",
    Reviewing: "Any review",
    PeriodMisses: "Misses of a period",
    RouteScreen: "Route",
    EvidenceScreen: "Evidence of a miss",
    JournalScreen: "Journal of the session",
    Table: "Any table",
    CursorList: "Any list",
    FilterBar: "While a filter is typed",
    View: "Any view",
    ActionMenu: "Menu of orders",
    Dialog: "Any dialog",
    OrderDialog: "Dialog of an order",
    AcknowledgeDialog: "Dialog of an acknowledgement",
    SilenceDialog: "Dialog of a silence",
    CloseDialog: "Dialog that closes a hard stop",
    GrantDialog: "Dialog of a grant",
    SignDialog: "Dialog of a signature under a review",
    CorrectDialog: "Dialog of a correction",
    Picker: "A choice in a dialog",
    ExportMenu: "Menu of exports",
    GoTo: "Going to a time",
    HelpScreen: "Help",
}


def pages_for(front: type[DOMNode], app: type[DOMNode]) -> dict[type[DOMNode], str]:
    """Return all pages with their titles, those that bear on the screen in front first."""
    every = {app: "Everywhere", **PAGES}
    near = [page for page in (*front.__mro__, CursorList, app) if page in every]
    return {page: every[page] for page in (*near, *every)}


def binding_ids(app: type[DOMNode]) -> frozenset[str]:
    """Return the ids of all bindings, those of `app` included."""
    return frozenset(
        binding.id for page in (app, *PAGES) for binding in own_bindings(page) if binding.id
    )


def nearest(name: str, known: Collection[str]) -> str:
    """Return a hint at the action that a name probably means, "" where none is like it."""
    found = get_close_matches(name, known, 1)
    return f" (the nearest is {found[0]})" if found else ""
