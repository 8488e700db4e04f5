-- has_left: its last life said farewell. Of those that ended before this was noted, nobody knows.
alter table life add column has_left boolean not null default true;
