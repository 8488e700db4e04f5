"""Add a server: the line to paste there, and how far it has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from noroshi.core.translation import Message, _, pgettext
from noroshi.link.fingerprint_words import fingerprint_digits, fingerprint_words
from noroshi.operations.agent_answers import AgentInvited, AgentRow, InvitationRow, InvitationState
from noroshi.operations.listener_answers import AgentsListener
from noroshi.people import random_keys
from noroshi.service import NotFoundError
from noroshi.service.agents.agents import AgentOperations
from noroshi.service.agents.listener import ListenerOperations
from noroshi.web.context import WebContext
from noroshi.web.errors import NO_SUCH_PAGE
from noroshi.web.forms.normalize import figures
from noroshi.web.view.control_escape import Page
from noroshi.web.view.form_operations import (
    Outcome,
    clock,
    permissions_of,
    query_value,
    refusal_texts,
    require_administrator,
    run,
    run_reauthenticated,
)
from noroshi.web.view.mail import Post
from noroshi.web.view.page_context import Visit, page
from noroshi.web.view.servers import ADD, AgentOnPage, agent_on_page
from noroshi.web.view.templates import templates
