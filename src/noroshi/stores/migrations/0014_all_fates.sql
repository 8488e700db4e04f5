-- Of each agent's notifications: from its log a hub that is restored hears what it has sent.
drop trigger spool_fate;
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
