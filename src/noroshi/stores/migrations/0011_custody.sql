-- agent: whose notification it is, of those whose hub this is, or of this node's own hub; ''
-- is the node's own. custody: who has to send it (core.sender_lease.Custody), since when.
alter table spool add column agent text not null default '';
alter table spool add column custody text not null default 'hub';
alter table spool add column custody_at integer;
-- Held back mails of many agents are passed over in the index, without a look at their rows.
drop index spool_due;
create index spool_due on spool (lane, due, seq, agent, custody) where fate = '' and head = 1;
create index spool_agent on spool (agent, custody, seq) where agent <> '' and fate in ('', 'together');

-- What became of an agent's notification at its hub, until the agent has heard of it.
create table hub_fate (
    envelope text primary key, agent text not null, number integer not null, fate text not null
) strict, without rowid;
create index hub_fate_of on hub_fate (agent, number);
insert into counter values ('fate', 0);
-- Of a digest its members tell. Numbers grow over a restored backup too, so they are times.
create trigger spool_fate after update of fate on spool
when new.agent <> '' and new.fate <> old.fate and new.custody <> 'sent-by-agent'
    and (new.fate in ('accepted', 'dropped', 'held', 'set aside', 'set aside together')
        or old.fate in ('held', 'set aside', 'set aside together'))
    and substr(new.id, -9) <> '/together'
    and exists (select 1 from agent where id = new.agent)
begin
    update counter set value = max(value + 1, cast(unixepoch('subsec') * 1000000 as integer))
        where name = 'fate';
    insert or replace into hub_fate
        select new.id, new.agent, value, new.fate from counter where name = 'fate';
end;
