-- By whom a route that is down can be mended (core.model.Fault).
alter table rest add column fault text not null default 'server';
