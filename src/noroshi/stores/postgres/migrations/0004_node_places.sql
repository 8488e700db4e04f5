-- Where a node is reached: by other nodes, and by agents (host:port; '': nowhere). said: when it last
-- said so.
create table node_place (
    node text collate "C" primary key, address text not null, agents text not null,
    said bigint not null) with (fillfactor = 50);
