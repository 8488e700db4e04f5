-- beside: 0.1
-- began: when the node got this lease, by the clock of the database.
alter table lease add column began bigint not null default noroshi_now();
