-- The clock by which leases are judged, in microseconds since 1970 in UTC.
create function noroshi_now() returns bigint language sql volatile as
$$ select (extract(epoch from clock_timestamp()) * 1000000)::bigint $$;

-- watched_until: when the node that held it before last renewed its lease, or gave it back.
alter table monitor add column watched_until bigint;
