-- Who has an item's alarm (core.alarms.Acknowledged); it goes with the change that ends it.
create table acknowledged (
    monitor text not null, item text not null, body text not null,
    primary key (monitor, item)) strict, without rowid;

-- What nothing is told of until when; those that are over stay for a while, to be looked up.
create table silence (id text primary key, ends integer not null, body text not null)
    strict, without rowid;
create index silence_ends on silence (ends);

-- What people said of monitors and alarms, in its order.
create table remark (
    seq integer primary key autoincrement, monitor text not null, at integer not null,
    body text not null) strict;
create index remark_of on remark (monitor);
create index remark_at on remark (at);
