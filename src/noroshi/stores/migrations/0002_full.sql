-- What a job last reported of itself; ok is 0 or 1.
create table beat (name text primary key, at integer not null, ok integer not null,
    text text not null) strict, without rowid;

-- An envelope that a person holds (fate 'held') is still the head of its order key.
drop index spool_order;
create index spool_order on spool (order_key, seq) where fate in ('', 'held');
