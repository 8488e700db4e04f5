-- beside: 0.1
-- without_session_since: since when another node has found no session of the node's program; null: since
-- its last renewal none has, or it has sessions.
alter table lease add column without_session_since bigint;
