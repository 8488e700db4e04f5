-- reporter: the id of the agent that reported the state; '' if this node judged it, or nobody did.
alter table monitor add column reporter text not null default '';
