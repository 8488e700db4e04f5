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

-- What always follows, here and not in so many statements: each of them is one more turn for the
-- thread that writes, while mails wait for it. One that has ended leaves its routes, and the next
-- of its order key is the head; a mail that was taken is the last one of its route.
create trigger spool_ended after update of fate on spool
when old.lease is not null and new.fate in ('accepted', 'set aside') begin
    delete from way where envelope = new.seq;
    update spool set head = 1 where head = 0 and seq = (
        select min(seq) from spool
        where order_key = new.order_key and fate in ('', 'held', 'together'));
end;
create trigger receipt_counts after insert on receipt when new.taken > 0 begin
    insert or replace into accepted values (new.route, new.at);
    insert or replace into message
        select value, new.envelope from json_each(new.body, '$.message_ids');
end;
