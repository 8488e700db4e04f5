-- What an agent reports to its hub (core.report): rows numbered without gaps, of which each has a
-- hash of itself and of the one before as its tag. Empty on other nodes.
create table report (
    seq integer primary key, epoch integer not null, kind text not null, at integer not null,
    body text not null, tag text not null) strict;

-- The bounds of that log: 'before-first' is the row before the first that is kept, 'acknowledged' the
-- one up to which the hub has the log, 'beginning' the one on which the log began, and its epoch.
create table report_bound (
    name text primary key, epoch integer not null, seq integer not null, tag text not null
) strict, without rowid;

-- Up to where a hub has the log of each agent.
create table received (
    agent text primary key, epoch integer not null, seq integer not null, tag text not null
) strict, without rowid;
