-- beside: 0.1
-- session: the name of the sessions of the node's program; '' if it is not known.
-- steady_since: since when each renewal has come in time.
alter table lease add column session text not null default '',
    add column steady_since bigint not null default noroshi_now();
