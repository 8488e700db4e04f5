-- By whom a route that is down can be mended (core.model.Fault); whether a look at it without a
-- mail tells that it is well again.
alter table rest add column fault text not null default 'server';
alter table rest add column early integer not null default 0;

-- lane: class of urgency; contact: whom it is for; alone: 1 if it is never put into a digest.
alter table spool add column lane integer not null default 3;
alter table spool add column contact text not null default '';
alter table spool add column alone integer not null default 1;
update spool set contact = json_extract(envelope, '$.contact');
drop index spool_due;
create index spool_due on spool (lane, due, seq) where fate = '' and head = 1;

-- A member of a digest that is open (fate 'together') is still the head of its order key.
drop index spool_order;
create index spool_order on spool (order_key, seq) where fate in ('', 'held', 'together');
create index spool_contact on spool (contact, seq) where fate in ('', 'held', 'together');
drop index spool_shown;
create index spool_shown on spool (seq) where fate in ('', 'held', 'set aside');

-- When the answer came, by which route, and how many recipients were taken.
alter table receipt add column at integer not null default 0;
alter table receipt add column route text not null default '';
alter table receipt add column taken integer not null default 0;
create index receipt_taken on receipt (at) where taken > 0;

-- Each alarm with the envelope that tells it; what becomes of it becomes of the alarm.
create table alarm (id text primary key, envelope integer not null) strict, without rowid;
create index alarm_of on alarm (envelope);
insert or ignore into alarm select a.value, s.seq from spool s, json_each(s.envelope, '$.alarms') a;

-- Counted as they happen, apart from the rows: what is missing of them was lost.
create table counter (name text primary key, value integer not null) strict, without rowid;
insert into counter select 'raised', count(*) from alarm;
insert into counter values ('forgotten', 0);

-- What became of a mail after a provider took it: seen arrived, or came back.
create table arrival (
    envelope integer not null, address text not null, state text not null,
    at integer not null, said text not null,
    primary key (envelope, address, state)) strict, without rowid;

create index spool_old on spool (due) where fate in ('accepted', 'dropped');
-- The sum of all alarms by their fate reads no envelope. By the fate alone no question may look:
-- nearly all are accepted.
create index spool_sum on spool (seq, fate);

-- When each route last had a mail accepted.
create table accepted (route text primary key, at integer not null) strict, without rowid;

-- Who may do, until when, what only one may do at a time: renew an account's tokens.
create table turn (
    name text primary key, holder text not null, until integer not null
) strict, without rowid;

-- The Message-IDs by which a mail that was taken may be found again.
create table message (id text primary key, envelope integer not null) strict, without rowid;
create index message_of on message (envelope);

-- What a node notes for itself: how far it has read a mailbox.
create table note (name text primary key, body text not null) strict, without rowid;
