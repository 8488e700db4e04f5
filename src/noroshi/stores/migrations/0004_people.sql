-- Who may log in (core.people.User). Its secrets are hashes, or lie sealed in `secret`.
create table user (name text primary key, body text not null) strict, without rowid;

-- What programs show in a person's stead: only hashes.
create table api_token (name text primary key, body text not null) strict, without rowid;

-- Browsers that logged in, by the hash of what their cookie holds.
create table session (
    key text primary key, user text not null, ends integer not null, body text not null
) strict, without rowid;
create index session_of on session (user);

-- Who changed what, by which door, from what to what.
create table audit (seq integer primary key, at integer not null, body text not null) strict;

-- Whose turn it is not is seen without fetching the envelope's row: in a storm hundreds wait.
drop index spool_due;
create index spool_due on spool (lane, due, seq, contact, alone) where fate = '' and head = 1;
