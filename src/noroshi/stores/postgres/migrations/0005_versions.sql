-- Two versions of Noroshi may share a database while its nodes are updated one after the other.
-- beside: the oldest version that works with a step that it does not know; '': none does.
alter table migration add column beside text not null default '';

-- version: of the node; '' if it is too old to tell.
alter table lease add column version text not null default '';
