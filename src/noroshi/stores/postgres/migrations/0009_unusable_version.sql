-- beside: 0.1
-- unusable_version: the version of the definitions that this life of the node cannot use, and why; 0: none.
alter table life add column unusable_version bigint not null default 0,
    add column unusable_reason text not null default '';
