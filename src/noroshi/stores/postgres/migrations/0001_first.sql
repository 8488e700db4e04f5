-- Instants are microseconds since 1970 in UTC, but for samples: milliseconds. What is JSON is kept as
-- text: jsonb refuses texts with \u0000. What the store itself asks of it has a column of its own.

create table document (hash text collate "C" primary key, key text collate "C" not null, body text not null);

-- documents: a JSON list of hashes; number 0 is never written.
create table version (
    number bigint primary key, documents text not null, who text not null, at bigint,
    note text not null);

-- seen: when this life last held on to its block, or ended.
create table life (node text collate "C" primary key, life bigint not null, seen bigint);

create table lease (
    fence bigint primary key generated always as identity, node text collate "C" not null,
    life bigint not null, until bigint not null);

-- named: the current version names it; else it stays until its block's holder retires it.
-- reporter: the id of the agent that reported the state; '' if this node judged it, or nobody did.
create table monitor (
    id text collate "C" primary key, state text not null, standing text, fence bigint,
    named boolean not null default true, reporter text not null default ''
) with (fillfactor = 70);
create index monitor_fence on monitor (fence);

-- Apart from the state, as it may be written each second. None: there is no row.
create table memory (monitor text collate "C" primary key, body text not null) with (fillfactor = 70);

create table event (
    seq bigint primary key generated always as identity, id text collate "C" not null unique,
    monitor text collate "C" not null, at bigint not null, body text not null);
create index event_of on event (monitor, seq);

-- Of each rule's answers about each item the last ones stay, numbered as they came: the clock may be
-- set back. Only an answer that differs from the one before is written.
create table decision (
    monitor text collate "C" not null, rule text collate "C" not null, item text collate "C" not null, number bigint not null,
    at bigint not null, reason text not null, primary key (monitor, rule, item, number));

-- head: it is the oldest of its order key that is not settled, so it may be lent. Who changes fate or
-- head of an order key, or puts into it, holds the key's advisory lock (lock_keys): with two writers and
-- no lock an end misses the row that is just being put, and the key has no head for ever.
-- lane: class of urgency; contact: whom it is for; alone: it is never put into a digest.
-- agent: whose notification it is, of those whose hub this is, or of this node's own hub; '' is the
-- node's own. custody: who has to send it (core.sender_lease.Custody), since when.
-- digest: the one that tells it, or told it as that ended. unanswered, born, member_count and oldest (of a
-- digest's members) are the envelope's.
create table spool (
    seq bigint primary key generated always as identity, id text collate "C" not null unique,
    order_key text collate "C" not null, due bigint not null, head boolean not null, lease text, node text collate "C",
    life bigint, attempts integer not null, fate text not null default '',
    why text not null default '', lane integer not null default 3,
    contact text collate "C" not null default '', alone boolean not null default true,
    agent text collate "C" not null default '', custody text not null default 'hub', custody_at bigint,
    digest text not null default '', unanswered integer not null default 0,
    born bigint not null, member_count integer not null default 0, oldest bigint,
    envelope text not null
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);
create index spool_due on spool (lane, due, seq) where fate = '' and head;
create index spool_order on spool (order_key, seq) where fate in ('', 'held', 'together');
create index spool_contact on spool (contact, seq) where fate in ('', 'held', 'together');
create index spool_shown on spool (seq) where fate in ('', 'held', 'set aside');
create index spool_lent on spool (node, life) where lease is not null;
create index spool_lease on spool (lease) where lease is not null;
create index spool_old on spool (due) where fate in ('accepted', 'dropped');
create index spool_sum on spool (seq, fate);
create index spool_born on spool (born);
create index spool_agent on spool (agent, custody, seq) where agent <> '' and fate in ('', 'together');

-- The routes that are left to an open envelope, in order.
create table way (
    envelope bigint not null, place integer not null, route text collate "C" not null,
    primary key (envelope, place)
) with (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);

-- When the answer came, by which route, how many recipients were taken, and before when the other side
-- wants no further try (0: it did not say).
create table receipt (
    seq bigint primary key generated always as identity, envelope bigint not null,
    body text not null, at bigint not null default 0, route text collate "C" not null default '',
    taken integer not null default 0, named_until bigint not null default 0);
create index receipt_of on receipt (envelope, seq);
create index receipt_taken on receipt (at) where taken > 0;

-- Each alarm with the envelope that tells it; what becomes of it becomes of the alarm.
create table alarm (id text collate "C" primary key, envelope bigint not null);
create index alarm_of on alarm (envelope);

-- Counted as they happen, apart from the rows: what is missing of them was lost. A name's value is the
-- sum of its slots, so that those who write at once do not wait for one row.
create table counter (
    name text collate "C" not null, slot integer not null, value bigint not null, primary key (name, slot)
) with (fillfactor = 50);
insert into counter values ('raised', 0, 0), ('forgotten', 0, 0), ('fate', 0, 0);

-- What became of a mail after a provider took it: seen arrived, or came back.
create table arrival (
    envelope bigint not null, address text collate "C" not null, state text not null, at bigint not null,
    said text not null, primary key (envelope, address, state));

-- When each route last had a mail accepted.
create table accepted (route text collate "C" primary key, at bigint not null) with (fillfactor = 50);

-- The Message-IDs by which a mail that was taken may be found again.
create table message (id text collate "C" primary key, envelope bigint not null);
create index message_of on message (envelope);

-- Routes that are down: by whom they can be mended (core.model.Fault); whether a look without a mail
-- tells that one is well again.
create table rest (
    route text collate "C" primary key, since bigint not null, until bigint not null, why text not null,
    fault text not null default 'server', early boolean not null default false);

create table series (
    id integer primary key generated always as identity, monitor text collate "C" not null,
    item text collate "C" not null, name text collate "C" not null, unit text not null,
    unique (monitor, item, name, unit));

-- One row a sample: the number of the only reading, or packed pairs of (series, number), or the words
-- of a fault, or nothing where a run found nothing to measure. series is the first reading's. A day is a
-- partition, made as its first sample is written; retention drops it.
create sequence sample_row;
create table sample (
    row bigint not null default nextval('sample_row'), at bigint not null,
    series integer not null, value double precision, packed bytea, fault text
) partition by range (at);
create index sample_of on sample (series, row);
create index sample_row_of on sample (row);

create table secret (name text collate "C" primary key, sealed bytea not null);

-- What a job last reported of itself.
create table beat (name text collate "C" primary key, at bigint not null, ok boolean not null, text text not null);

-- Who may log in (core.people.User). Its secrets are hashes, or lie sealed in `secret`.
create table person (name text collate "C" primary key, body text not null);

-- What programs show in a person's stead: only hashes.
create table api_token (name text collate "C" primary key, body text not null);

-- Browsers that logged in, by the hash of what their cookie holds.
create table session (key text collate "C" primary key, person text collate "C" not null, ends bigint not null, body text not null);
create index session_of on session (person);

-- Who changed what, by which door, from what to what.
create table audit (
    seq bigint primary key generated always as identity, at bigint not null, body text not null);

-- Who may do, until when, what only one may do at a time.
create table turn (name text collate "C" primary key, holder text collate "C" not null, until bigint not null);

-- What a node notes for itself: how far it has read a mailbox.
create table note (name text collate "C" primary key, body text not null);

-- Who has an item's alarm (core.alarms.Acknowledgement); it goes with the change that ends it.
create table acknowledged (
    monitor text collate "C" not null, item text collate "C" not null, body text not null, primary key (monitor, item));

-- What nothing is told of until when; those that are over stay for a while, to be looked up.
create table silence (id text collate "C" primary key, ends bigint not null, body text not null);
create index silence_ends on silence (ends);

-- What people said of monitors and alarms, in its order.
create table remark (
    seq bigint primary key generated always as identity, monitor text collate "C" not null,
    at bigint not null, body text not null);
create index remark_of on remark (monitor, seq);
create index remark_at on remark (at);

-- Agents (core.agents): other servers with Noroshi, each known by the thumbprint of its key. Agents that
-- were revoked stay, so that their keys are known.
create table agent (id text collate "C" primary key, thumbprint text not null unique, body text not null);

-- What lets servers join, by the hash of the secret that its code has.
create table invitation (id text collate "C" primary key, hash text collate "C" not null unique, body text not null);

-- What was last heard of each agent: written every few seconds, so apart from the agent.
create table last_seen (agent text collate "C" primary key, body text not null) with (fillfactor = 50);

-- What an agent reports to its hub (core.report): rows numbered without gaps, of which each has a hash
-- of itself and of the one before as its tag. Empty on other nodes.
create table report (
    seq bigint primary key, epoch bigint not null, kind text not null, at bigint not null,
    body text not null, tag text not null);

-- The bounds of that log: 'before-first' is the row before the first that is kept, 'acknowledged' the one
-- up to which the hub has the log, 'beginning' the one on which the log began, and its epoch.
create table report_bound (
    name text collate "C" primary key, epoch bigint not null, seq bigint not null, tag text not null);

-- Up to where a hub has the log of each agent.
create table received (agent text collate "C" primary key, epoch bigint not null, seq bigint not null, tag text not null);

-- What became of an agent's notification at its hub, until the agent has heard of it.
create table hub_fate (
    envelope text primary key, agent text collate "C" not null, number bigint not null, fate text not null);
create index hub_fate_of on hub_fate (agent, number);

-- Numbers grow over a restored backup too, so they are times; the row is held until the transaction
-- ends, so that a number that is seen has no lower one still to come.
create function next_fate() returns bigint language sql as $$
    update counter
    set value = greatest(value + 1, (extract(epoch from clock_timestamp()) * 1000000)::bigint)
    where name = 'fate' and slot = 0 returning value
$$;

-- Of a digest its members tell.
create function keep_fate() returns trigger language plpgsql as $$
begin
    if exists (select 1 from agent where id = new.agent) then
        insert into hub_fate values (new.id, new.agent, next_fate(), new.fate)
        on conflict (envelope) do update
        set agent = excluded.agent, number = excluded.number, fate = excluded.fate;
    end if;
    return null;
end
$$;
create trigger spool_fate after update of fate on spool for each row
when (new.agent <> '' and new.fate <> old.fate and new.custody <> 'sent-by-agent'
    and (new.fate in ('accepted', 'dropped', 'held', 'set aside', 'set aside together')
        or old.fate in ('held', 'set aside', 'set aside together'))
    and right(new.id, 9) <> '/together')
execute function keep_fate();
