-- An attempt's end, as one statement: for the thread that writes, each one more is one more turn,
-- while mails wait for it. Of who does not hold the envelope any more nothing is written.
create view settling as
select id, lease, due, attempts, envelope, fate, why,
       '' as route, '' as receipt, 0 as at, 0 as taken, 0 as well
from spool;
create trigger settling_is_settled instead of insert on settling begin
    insert into receipt (envelope, body, at, route, taken)
        select seq, new.receipt, new.at, new.route, new.taken
        from spool where id = new.id and lease = new.lease;
    delete from rest where new.well and route = new.route
        and exists (select 1 from spool where id = new.id and lease = new.lease);
    update spool
        set lease = null, node = null, life = null, due = new.due, attempts = new.attempts,
            envelope = new.envelope, fate = new.fate, why = new.why
        where id = new.id and lease = new.lease;
end;
