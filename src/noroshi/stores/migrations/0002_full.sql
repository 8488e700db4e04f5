-- What a job last reported of itself; ok is 0 or 1.
create table beat (name text primary key, at integer not null, ok integer not null,
    text text not null) strict, without rowid;
