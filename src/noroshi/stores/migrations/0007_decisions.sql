-- Of each rule's answers about each item the last ones stay, numbered as they came: the clock may
-- be set back. Only an answer that differs from the one before is written.
create table decided (
    monitor text not null, rule text not null, item text not null, number integer not null,
    at integer not null, reason text not null,
    primary key (monitor, rule, item, number)) strict, without rowid;
insert into decided select monitor, rule, item, 1, at, reason from decision;
drop table decision;
alter table decided rename to decision;
