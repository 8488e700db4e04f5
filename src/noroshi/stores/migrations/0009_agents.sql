-- Agents (core.agents): other servers with Noroshi, each known by the thumbprint of its key. Agents
-- that were revoked stay, so that their keys are known.
create table agent (
    id text primary key, thumbprint text not null unique, body text not null
) strict, without rowid;

-- What lets servers join, by the hash of the secret that its code has.
create table invitation (
    id text primary key, hash text not null unique, body text not null
) strict, without rowid;

-- What was last heard of each agent: written every few seconds, so apart from the agent.
create table last_seen (agent text primary key, body text not null) strict, without rowid;
