-- Instants are microseconds since 1970 in UTC, but for samples: milliseconds.

create table document (hash text primary key, key text not null, body text not null)
    strict, without rowid;

-- documents: a JSON list of hashes; number 0 is never written.
create table version (
    number integer primary key, documents text not null, who text not null, at integer,
    note text not null) strict;

-- seen: when this life last held on to its block, or ended.
create table life (node text primary key, life integer not null, seen integer)
    strict, without rowid;

create table lease (
    fence integer primary key autoincrement, node text not null, life integer not null,
    until integer not null) strict;

-- named: the current version names it; else it stays until its block's holder retires it.
create table monitor (
    id text primary key, state text not null, standing text, fence integer,
    named integer not null default 1) strict, without rowid;

-- Apart from the state, as it may be written each second. None: there is no row.
create table memory (monitor text primary key, body text not null) strict, without rowid;

create table event (
    seq integer primary key autoincrement, id text not null unique, monitor text not null,
    body text not null) strict;
create index event_of on event (monitor);

create table decision (
    monitor text not null, rule text not null, item text not null, at integer not null,
    reason text not null, primary key (monitor, rule, item)) strict, without rowid;

-- head: it is the oldest of its order key that is not settled, so it may be lent.
create table spool (
    seq integer primary key autoincrement, id text not null unique, order_key text not null,
    due integer not null, head integer not null, lease text, node text, life integer,
    attempts integer not null, fate text not null default '', why text not null default '',
    envelope text not null) strict;
create index spool_due on spool (due, seq) where fate = '' and head = 1;
create index spool_order on spool (order_key, seq) where fate = '';
create index spool_shown on spool (seq) where fate <> 'accepted';

-- The routes that are left to an open envelope, in order.
create table way (
    envelope integer not null, place integer not null, route text not null,
    primary key (envelope, place)) strict, without rowid;

create table receipt (envelope integer not null, body text not null) strict;
create index receipt_of on receipt (envelope);

create table rest (
    route text primary key, since integer not null, until integer not null,
    why text not null) strict, without rowid;

create table series (
    id integer primary key, monitor text not null, item text not null, name text not null,
    unit text not null, unique (monitor, item, name, unit)) strict;

-- One row a sample, in the order of time, with no index: it is written each second.
-- series is the first reading's; value is a number, or see stores/sql/history.py.
create table sample (at integer not null, series integer not null, value real);

create table secret (name text primary key, sealed blob not null) strict, without rowid;
