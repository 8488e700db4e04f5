"""Every seam of Noroshi: what the engine asks of the world, and what plug-ins are made of.

What plug-ins are made of is imported with it. All else is when it is first asked for: a command that
only reads definitions needs no store.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from noroshi.imports import found_later
from noroshi.ports.plugins import (
    Action as Action,
    Check as Check,
    Clocks as Clocks,
    Files as Files,
    Host as Host,
    MeasuredByAgent as MeasuredByAgent,
    Outcome as Outcome,
    Resource as Resource,
    RouteError as RouteError,
    SelfFacts as SelfFacts,
    Topic as Topic,
    Transport as Transport,
    TransportContext as TransportContext,
    TransportKind as TransportKind,
    Unmeasurable as Unmeasurable,
    options as options,
)

if TYPE_CHECKING:
    from noroshi.ports.agent_store import MOST_FATES as MOST_FATES, RowEffect as RowEffect
    from noroshi.ports.host_facts import (
        USUAL_BITS as USUAL_BITS,
        AccountFacts as AccountFacts,
        AgentFacts as AgentFacts,
        FileFact as FileFact,
        Listener as Listener,
        Memory as Memory,
        NodeFacts as NodeFacts,
        Process as Process,
        Processor as Processor,
        Program as Program,
        ProgramResult as ProgramResult,
        QueueFacts as QueueFacts,
        RoundTripFacts as RoundTripFacts,
        RouteFacts as RouteFacts,
        Volume as Volume,
    )
    from noroshi.ports.store import (
        LEASE as LEASE,
        MOST_DECISIONS as MOST_DECISIONS,
        NO_STATES as NO_STATES,
        PARCEL_LEASE as PARCEL_LEASE,
        SHARED_LEASE as SHARED_LEASE,
        FiledStore as FiledStore,
        SharedStore as SharedStore,
        Store as Store,
        StoreConflict as StoreConflict,
        StoreError as StoreError,
        StoreFault as StoreFault,
    )
    from noroshi.ports.store_records import (
        NOTHING_QUEUED as NOTHING_QUEUED,
        AcceptedMail as AcceptedMail,
        Arrival as Arrival,
        Beat as Beat,
        Block as Block,
        Document as Document,
        LedgerEntry as LedgerEntry,
        Node as Node,
        NodeLease as NodeLease,
        QueueCounts as QueueCounts,
        QueuedEnvelope as QueuedEnvelope,
        Renewal as Renewal,
        ReportOutcome as ReportOutcome,
        RouteOutage as RouteOutage,
        StoredFate as StoredFate,
        StoredSample as StoredSample,
        TrackedMail as TrackedMail,
        Version as Version,
    )
    from noroshi.ports.system_facts import (
        CounterValue as CounterValue,
        EventBatch as EventBatch,
        EventQuery as EventQuery,
        EventRecord as EventRecord,
        RegistryValue as RegistryValue,
        ServiceFact as ServiceFact,
        ServiceState as ServiceState,
        StartType as StartType,
        SystemFacts as SystemFacts,
        TaskFact as TaskFact,
        UpdateFacts as UpdateFacts,
    )
else:
    LATER = {
        "agent_store": ("MOST_FATES", "RowEffect"),
        "host_facts": (
            "USUAL_BITS",
            "AccountFacts",
            "AgentFacts",
            "FileFact",
            "Listener",
            "Memory",
            "NodeFacts",
            "Process",
            "Processor",
            "Program",
            "ProgramResult",
            "QueueFacts",
            "RoundTripFacts",
            "RouteFacts",
            "Volume",
        ),
        "store": (
            "LEASE",
            "SHARED_LEASE",
            "MOST_DECISIONS",
            "NO_STATES",
            "PARCEL_LEASE",
            "Store",
            "FiledStore",
            "SharedStore",
            "StoreConflict",
            "StoreError",
            "StoreFault",
        ),
        "store_records": (
            "NOTHING_QUEUED",
            "AcceptedMail",
            "Arrival",
            "Beat",
            "Block",
            "Document",
            "LedgerEntry",
            "Node",
            "NodeLease",
            "QueueCounts",
            "QueuedEnvelope",
            "Renewal",
            "ReportOutcome",
            "RouteOutage",
            "StoredFate",
            "StoredSample",
            "TrackedMail",
            "Version",
        ),
        "system_facts": (
            "CounterValue",
            "EventBatch",
            "EventQuery",
            "EventRecord",
            "RegistryValue",
            "ServiceFact",
            "ServiceState",
            "StartType",
            "SystemFacts",
            "TaskFact",
            "UpdateFacts",
        ),
    }
    __getattr__ = found_later(__name__, LATER)
