"""Word how far the update of an agent is."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.translation import Message, _
from noroshi.link.update_messages import UpdatePhase, UpdateReport
from noroshi.operations.agent_answers import AgentUpdate

NOT_UPDATED = _("The update to version {version} failed: {why}.")
PHASES: Mapping[str, Message] = {
    UpdatePhase.FETCHING.value: _("Downloading version {version}."),
    UpdatePhase.RESTARTING.value: _("Restarting with version {version}."),
    UpdatePhase.TRIAL.value: _("Restarting with version {version}."),
    UpdatePhase.WENT_BACK.value: NOT_UPDATED,
    UpdatePhase.FAILED.value: NOT_UPDATED,
}
FAILED = frozenset({UpdatePhase.WENT_BACK.value, UpdatePhase.FAILED.value})


def agent_update(report: UpdateReport) -> AgentUpdate | None:
    """Return how far an update is that is under way or failed; None if there is none."""
    words = PHASES.get(report.phase)
    if words is None:
        return None
    return AgentUpdate(
        version=report.version,
        words=words.fill(version=report.version, why=report.words),
        is_failed=report.phase in FAILED,
    )
