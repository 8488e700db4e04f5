-- The store of a node as commit 7cc367c2 left it, which ended without a word. It watched two
-- volumes: one mail was accepted; one was put off twice and is out; two are in a digest that was put
-- off twice. Made by the engine and the vault of that commit on a clock of its own, written by
-- SQLite's `.dump`. The vault's key is 7a7a... (32 bytes), its secrets are made up.
BEGIN TRANSACTION;
CREATE TABLE accepted (route text primary key, at integer not null) strict, without rowid;
INSERT INTO "accepted" VALUES('smtp1',1775023293000000);
CREATE TABLE acknowledged (
    monitor text not null, item text not null, body text not null,
    primary key (monitor, item)) strict, without rowid;
CREATE TABLE alarm (id text primary key, envelope integer not null) strict, without rowid;
INSERT INTO "alarm" VALUES('m0000.1~e88edd2bac/r/ops',1);
INSERT INTO "alarm" VALUES('m0001.1~e88edd2bac/r/ops',2);
INSERT INTO "alarm" VALUES('m0000.2~e88edd2bac/r/ops',3);
INSERT INTO "alarm" VALUES('m0001.2~e88edd2bac/r/ops',4);
CREATE TABLE api_token (name text primary key, body text not null) strict, without rowid;
CREATE TABLE arrival (
    envelope integer not null, address text not null, state text not null,
    at integer not null, said text not null,
    primary key (envelope, address, state)) strict, without rowid;
CREATE TABLE audit (seq integer primary key, at integer not null, body text not null) strict;
CREATE TABLE beat (name text primary key, at integer not null, ok integer not null,
    text text not null) strict, without rowid;
CREATE TABLE counter (name text primary key, value integer not null) strict, without rowid;
INSERT INTO "counter" VALUES('forgotten',0);
INSERT INTO "counter" VALUES('raised',4);
CREATE TABLE "decision" (
    monitor text not null, rule text not null, item text not null, number integer not null,
    at integer not null, reason text not null,
    primary key (monitor, rule, item, number)) strict, without rowid;
INSERT INTO "decision" VALUES('m0000','r','/',1,1775023293000000,'NEW_LEVEL');
INSERT INTO "decision" VALUES('m0000','r','/',2,1775023413000000,'TOO_SOON');
INSERT INTO "decision" VALUES('m0001','r','/',1,1775023320000000,'NEW_LEVEL');
CREATE TABLE document (hash text primary key, key text not null, body text not null)
    strict, without rowid;
CREATE TABLE event (
    seq integer primary key autoincrement, id text not null unique, monitor text not null,
    body text not null) strict;
INSERT INTO "event" VALUES(1,'m0000.1~e88edd2bac','m0000','{"id":"m0000.1~e88edd2bac","monitor":"m0000","path":"web1/g/disk-0000","item":"/","at":"2026-04-01T06:01:33Z","before":"ok","after":"warning","since":null,"cause":{"reading":{"name":"used","value":85.0,"unit":"%","item":"/","note":{"en":"","ja":""},"lines":[]},"limits":{"warning":80,"critical":90,"rising":true,"margin":0.0},"words":{"en":"","ja":""}}}');
INSERT INTO "event" VALUES(2,'m0001.1~e88edd2bac','m0001','{"id":"m0001.1~e88edd2bac","monitor":"m0001","path":"web1/g/disk-0001","item":"/","at":"2026-04-01T06:02:00Z","before":"ok","after":"warning","since":null,"cause":{"reading":{"name":"used","value":85.0,"unit":"%","item":"/","note":{"en":"","ja":""},"lines":[]},"limits":{"warning":80,"critical":90,"rising":true,"margin":0.0},"words":{"en":"","ja":""}}}');
INSERT INTO "event" VALUES(3,'m0000.2~e88edd2bac','m0000','{"id":"m0000.2~e88edd2bac","monitor":"m0000","path":"web1/g/disk-0000","item":"/","at":"2026-04-01T06:02:33Z","before":"warning","after":"critical","since":"2026-04-01T06:01:33Z","cause":{"reading":{"name":"used","value":96.0,"unit":"%","item":"/","note":{"en":"","ja":""},"lines":[]},"limits":{"warning":80,"critical":90,"rising":true,"margin":0.0},"words":{"en":"","ja":""}}}');
INSERT INTO "event" VALUES(4,'m0001.2~e88edd2bac','m0001','{"id":"m0001.2~e88edd2bac","monitor":"m0001","path":"web1/g/disk-0001","item":"/","at":"2026-04-01T06:03:00Z","before":"warning","after":"critical","since":"2026-04-01T06:02:00Z","cause":{"reading":{"name":"used","value":96.0,"unit":"%","item":"/","note":{"en":"","ja":""},"lines":[]},"limits":{"warning":80,"critical":90,"rising":true,"margin":0.0},"words":{"en":"","ja":""}}}');
CREATE TABLE lease (
    fence integer primary key autoincrement, node text not null, life integer not null,
    until integer not null) strict;
INSERT INTO "lease" VALUES(1,'node',1,1775023429000000);
CREATE TABLE life (node text primary key, life integer not null, seen integer)
    strict, without rowid;
INSERT INTO "life" VALUES('node',1,1775023414000000);
CREATE TABLE memory (monitor text primary key, body text not null) strict, without rowid;
CREATE TABLE message (id text primary key, envelope integer not null) strict, without rowid;
INSERT INTO "message" VALUES('<m0000.1~e88edd2bac/r/ops@example.com>',1);
CREATE TABLE migration (number integer primary key, checksum text not null) strict;
INSERT INTO "migration" VALUES(1,'57e6d7eba064e0aa9494a8b180be23dd67e40933fa718abaaa8ee632c88d7537');
INSERT INTO "migration" VALUES(2,'ee5d83b28e34a1e48f31f11a66e9d4ae3c649af576c7de2680fbd34e4721e888');
INSERT INTO "migration" VALUES(3,'cee582f8e5d5f0470b700fb0eedf58b10179e1cb393acf9ab1bb56939f345539');
INSERT INTO "migration" VALUES(4,'a1456da343bb584804504203f5bc24ca1ba8777d081b86b182792aeae931b768');
INSERT INTO "migration" VALUES(5,'5bc86f288712ca551e81750f0702115b36213e843cf40036482c1f7d61a004ac');
INSERT INTO "migration" VALUES(6,'66463354e9c5a6f570c7781383e4487aff77c08d88195c72c6371199c44eb401');
INSERT INTO "migration" VALUES(7,'ed98827594138862274390c64cb01ac0bd5816223cdcbcb6b430af6626c7f763');
CREATE TABLE monitor (
    id text primary key, state text not null, standing text, fence integer,
    named integer not null default 1) strict, without rowid;
INSERT INTO "monitor" VALUES('m0000','{"items":{"/":{"level":"critical","since":"2026-04-01T06:02:33Z","cause":{"reading":{"name":"used","value":96.0,"unit":"%","item":"/","note":{"en":"","ja":""},"lines":[]},"limits":{"warning":80,"critical":90,"rising":true,"margin":0.0},"words":{"en":"","ja":""}},"looks":[],"turned":0,"run":0,"gone":null,"held":"ok","told":{"r":{"at":"2026-04-01T06:02:33Z","level":"critical","times":1,"thread":"m0000.1~e88edd2bac","reading":"used"}},"reasons":{"r":"too-soon"}}},"serial":2}',NULL,1,1);
INSERT INTO "monitor" VALUES('m0001','{"items":{"/":{"level":"critical","since":"2026-04-01T06:03:00Z","cause":{"reading":{"name":"used","value":96.0,"unit":"%","item":"/","note":{"en":"","ja":""},"lines":[]},"limits":{"warning":80,"critical":90,"rising":true,"margin":0.0},"words":{"en":"","ja":""}},"looks":[],"turned":0,"run":0,"gone":null,"held":"ok","told":{"r":{"at":"2026-04-01T06:03:00Z","level":"critical","times":1,"thread":"m0001.1~e88edd2bac","reading":"used"}},"reasons":{"r":"new-level"}}},"serial":2}',NULL,1,1);
CREATE TABLE note (name text primary key, body text not null) strict, without rowid;
INSERT INTO "note" VALUES('inbox/m365','{"since":"2026-04-01T06:00:00+00:00"}');
INSERT INTO "note" VALUES('installation','27e8851f49e1631c');
INSERT INTO "note" VALUES('told','1');
CREATE TABLE receipt (envelope integer not null, body text not null, at integer not null default 0, route text not null default '', taken integer not null default 0) strict;
INSERT INTO "receipt" VALUES(1,'{"at":"2026-04-01T06:01:33Z","answers":{"ops@example.com":{"verdict":"accepted","text":"accepted","code":0,"enhanced":"","words":{"en":"","ja":""},"fault":null,"again":null,"early":false,"private":false}},"provider_id":"","route":"smtp1","message_ids":["<m0000.1~e88edd2bac/r/ops@example.com>"]}',1775023293000000,'smtp1',1);
INSERT INTO "receipt" VALUES(2,'{"at":"2026-04-01T06:02:00Z","answers":{"ops@example.com":{"verdict":"deferred","text":"deferred","code":0,"enhanced":"","words":{"en":"","ja":""},"fault":null,"again":null,"early":false,"private":false}},"provider_id":"","route":"smtp1","message_ids":[]}',1775023320000000,'smtp1',0);
INSERT INTO "receipt" VALUES(2,'{"at":"2026-04-01T06:02:30Z","answers":{"ops@example.com":{"verdict":"deferred","text":"deferred","code":0,"enhanced":"","words":{"en":"","ja":""},"fault":null,"again":null,"early":false,"private":false}},"provider_id":"","route":"smtp1","message_ids":[]}',1775023350000000,'smtp1',0);
INSERT INTO "receipt" VALUES(3,'{"at":"2026-04-01T06:02:33Z","answers":{"ops@example.com":{"verdict":"deferred","text":"deferred","code":0,"enhanced":"","words":{"en":"","ja":""},"fault":null,"again":null,"early":false,"private":false}},"provider_id":"","route":"smtp1","message_ids":[]}',1775023353000000,'smtp1',0);
INSERT INTO "receipt" VALUES(5,'{"at":"2026-04-01T06:03:00Z","answers":{"ops@example.com":{"verdict":"deferred","text":"deferred","code":0,"enhanced":"","words":{"en":"","ja":""},"fault":null,"again":null,"early":false,"private":false}},"provider_id":"","route":"smtp1","message_ids":[]}',1775023380000000,'smtp1',0);
INSERT INTO "receipt" VALUES(3,'{"at":"2026-04-01T06:03:03Z","answers":{"ops@example.com":{"verdict":"deferred","text":"deferred","code":0,"enhanced":"","words":{"en":"","ja":""},"fault":null,"again":null,"early":false,"private":false}},"provider_id":"","route":"smtp1","message_ids":[]}',1775023383000000,'smtp1',0);
INSERT INTO "receipt" VALUES(5,'{"at":"2026-04-01T06:03:30Z","answers":{"ops@example.com":{"verdict":"deferred","text":"deferred","code":0,"enhanced":"","words":{"en":"","ja":""},"fault":null,"again":null,"early":false,"private":false}},"provider_id":"","route":"smtp1","message_ids":[]}',1775023410000000,'smtp1',0);
CREATE TABLE remark (
    seq integer primary key autoincrement, monitor text not null, at integer not null,
    body text not null) strict;
CREATE TABLE rest (
    route text primary key, since integer not null, until integer not null,
    why text not null, fault text not null default 'server', early integer not null default 0) strict, without rowid;
CREATE TABLE sample (at integer not null, series integer not null, value real);
INSERT INTO "sample" VALUES(1775023206000,1,50.0);
INSERT INTO "sample" VALUES(1775023210000,2,50.0);
INSERT INTO "sample" VALUES(1775023233000,1,50.0);
INSERT INTO "sample" VALUES(1775023260000,2,50.0);
INSERT INTO "sample" VALUES(1775023293000,1,85.0);
INSERT INTO "sample" VALUES(1775023320000,2,85.0);
INSERT INTO "sample" VALUES(1775023353000,1,96.0);
INSERT INTO "sample" VALUES(1775023380000,2,96.0);
INSERT INTO "sample" VALUES(1775023413000,1,96.0);
CREATE TABLE secret (name text primary key, sealed blob not null) strict, without rowid;
INSERT INTO "secret" VALUES('m365',X'0171D85EF57E7FB6DCEDE56CB44DB8C597B26CCD192B4A12A14A4CF59564B66858F37E4C18E91262CA51C699BF41A5C9568F17436024A5D2B37998EBC9CB');
INSERT INTO "secret" VALUES('refresh/m365',X'0171D85EF57E7FB6DCCAC6257FF1ABC78D4F7322759E438E456A05EB5084201C4C100FB27DC2E9B66BAA86DE4937F0D0B6459ED1D98F51223A54CBDCE96914B792C81BCCC52D089DBE4511B4F72EAC711199EAF5B4A6D2145BEBF77C34A26713DDB968F2142C3F4BCB36AD5CE8E2413334844E87ECCC5B3E2F2AD4C252BCC330505398715BC3C50A71E0445BEDD5CB3EFF79B68BA43E788EC75B0839CE4B2DA9DAD239FCE7F93126E9FF2762AC6C97C40C66D27D2F8CA6A47E0930AE72BE5FDBBA377B087F019E1F26C9BF39216011A940161E58A51FE263E4D129DB70E63A5C6BD2D075B9E095AA1BD712E92CFDEBC194104D61448C614501F6DB1322F58AD7C4E1FCE40886CD5157D5F73C8C5EE4A2EDD3FE755E68C934F41416');
INSERT INTO "secret" VALUES('signin/m365',X'0171D85EF57E7FB6DCB250EDBBF2E259DCD58DADA7CD1790D062C5BFE810F60F51A3396A89D1B64C39B41A4717F2BD7AFA4690D1C3607E946DDC74E9165B177B84301D2F9666EC2B0CF73D1982FF52E792EE144ADA16C1CE7673F6B26488EEE2E9D9DAA795E0560FD2BE5778FA1ACC5EF90C2751C9C049C6681DC04F62B68A6B6E7415BE91B5FA5A78713C10DA44883B640763CD00DF6DF3A2F8BE4A406866B11ABFE1112241C6AC50291EC163F29C5C7E729CEC18D0F1378D0A');
CREATE TABLE series (
    id integer primary key, monitor text not null, item text not null, name text not null,
    unit text not null, unique (monitor, item, name, unit)) strict;
INSERT INTO "series" VALUES(1,'m0000','/','used','%');
INSERT INTO "series" VALUES(2,'m0001','/','used','%');
CREATE TABLE session (
    key text primary key, user text not null, ends integer not null, body text not null
) strict, without rowid;
CREATE TABLE silence (id text primary key, ends integer not null, body text not null)
    strict, without rowid;
CREATE TABLE spool (
    seq integer primary key autoincrement, id text not null unique, order_key text not null,
    due integer not null, head integer not null, lease text, node text, life integer,
    attempts integer not null, fate text not null default '', why text not null default '',
    envelope text not null, lane integer not null default 3, contact text not null default '', alone integer not null default 1) strict;
INSERT INTO "spool" VALUES(1,'m0000.1~e88edd2bac/r/ops','m0000/ops',1775023293000000,1,NULL,NULL,NULL,0,'accepted','','{"id":"m0000.1~e88edd2bac/r/ops","routes":["smtp1"],"contact":"ops","to":["ops@example.com"],"order":"m0000/ops","alarms":["m0000.1~e88edd2bac/r/ops"],"payload":{"subject":"[WARNING] web1 disk-0000 / used 85% (limit 80%)","text":"▲ WARNING  web1 > g > disk-0000\n\n/: used 85%\n\n  Since         Wed 1 Apr 2026 06:01:33 +00:00\n  Limits        WARNING 80%, CRITICAL 90%\n  Before        OK\n  Sent because  the level changed\n  Runs on       the computer that Noroshi runs on\n  Next notice   when the level changes, or when it recovers\n\n--\nHow far this mail has come\nSeen 06:01:33 +00:00 → Recorded\nWhether it was accepted: noroshi queue show m0000.1~e88edd2bac/r/ops\nYou get this mail because the rule r names the contact ops; to get fewer or none, change rules/r.toml.\nNoroshi / number in the ledger: m0000.1~e88edd2bac/r/ops\n","language":"en","importance":"normal","list":"web1","list_title":"","zone":"UTC","level":"warning","told":[{"level":"warning","before":"ok","ended":false,"stopped":false,"about":"m0000 /","where":"web1 disk-0000","what":" / used 85% (limit 80%)","item":"/","at":"2026-04-01T06:01:33+00:00","bad_since":"2026-04-01T06:01:33+00:00","mail":"m0000.1~e88edd2bac/r/ops","alarm":"m0000.1~e88edd2bac/r/ops"}]},"born":"2026-04-01T06:01:33Z","action":"mail","thread":[],"attempts":0,"reached":["ops@example.com"],"refused":[],"lane":1,"members":[],"unanswered":0,"origin":{"installation":"27e8851f49e1631c","life":"e88edd2bac"}}',1,'ops',0);
INSERT INTO "spool" VALUES(2,'m0001.1~e88edd2bac/r/ops','m0001/ops',1775023680000000,1,NULL,NULL,NULL,2,'together','{"en":"m0001.2~e88edd2bac/r/ops/together","ja":"m0001.2~e88edd2bac/r/ops/together"}','{"id":"m0001.1~e88edd2bac/r/ops","routes":["smtp1"],"contact":"ops","to":["ops@example.com"],"order":"m0001/ops","alarms":["m0001.1~e88edd2bac/r/ops"],"payload":{"subject":"[WARNING] web1 disk-0001 / used 85% (limit 80%)","text":"▲ WARNING  web1 > g > disk-0001\n\n/: used 85%\n\n  Since         Wed 1 Apr 2026 06:02:00 +00:00\n  Limits        WARNING 80%, CRITICAL 90%\n  Before        OK\n  Sent because  the level changed\n  Runs on       the computer that Noroshi runs on\n  Next notice   when the level changes, or when it recovers\n\n--\nHow far this mail has come\nSeen 06:02:00 +00:00 → Recorded\nWhether it was accepted: noroshi queue show m0001.1~e88edd2bac/r/ops\nYou get this mail because the rule r names the contact ops; to get fewer or none, change rules/r.toml.\nNoroshi / number in the ledger: m0001.1~e88edd2bac/r/ops\n","language":"en","importance":"normal","list":"web1","list_title":"","zone":"UTC","level":"warning","told":[{"level":"warning","before":"ok","ended":false,"stopped":false,"about":"m0001 /","where":"web1 disk-0001","what":" / used 85% (limit 80%)","item":"/","at":"2026-04-01T06:02:00+00:00","bad_since":"2026-04-01T06:02:00+00:00","mail":"m0001.1~e88edd2bac/r/ops","alarm":"m0001.1~e88edd2bac/r/ops"}]},"born":"2026-04-01T06:02:00Z","action":"mail","thread":[],"attempts":2,"reached":[],"refused":[],"lane":1,"members":[],"unanswered":0,"origin":{"installation":"27e8851f49e1631c","life":"e88edd2bac"}}',0,'ops',1);
INSERT INTO "spool" VALUES(3,'m0000.2~e88edd2bac/r/ops','m0000/ops',1775023746000000,1,'df5ddadf569a410789788bab7938b817/224','node',1,3,'','{"en":"deferred","ja":"deferred"}','{"id":"m0000.2~e88edd2bac/r/ops","routes":["smtp1"],"contact":"ops","to":["ops@example.com"],"order":"m0000/ops","alarms":["m0000.2~e88edd2bac/r/ops"],"payload":{"subject":"[CRITICAL] web1 disk-0000 / used 96% (limit 90%)","text":"◆ CRITICAL  web1 > g > disk-0000\n\n/: used 96%\n\n  Since         Wed 1 Apr 2026 06:02:33 +00:00\n  Limits        WARNING 80%, CRITICAL 90%\n  Before        WARNING since Wed 1 Apr 2026 06:01:33 +00:00\n  Sent because  the level changed\n  Runs on       the computer that Noroshi runs on\n  Next notice   when the level changes, or when it recovers\n\n--\nHow far this mail has come\nSeen 06:02:33 +00:00 → Recorded\nWhether it was accepted: noroshi queue show m0000.2~e88edd2bac/r/ops\nYou get this mail because the rule r names the contact ops; to get fewer or none, change rules/r.toml.\nNoroshi / number in the ledger: m0000.2~e88edd2bac/r/ops\n","language":"en","importance":"high","list":"web1","list_title":"","zone":"UTC","level":"critical","told":[{"level":"critical","before":"warning","ended":false,"stopped":false,"about":"m0000 /","where":"web1 disk-0000","what":" / used 96% (limit 90%)","item":"/","at":"2026-04-01T06:02:33+00:00","bad_since":"2026-04-01T06:02:33+00:00","mail":"m0000.2~e88edd2bac/r/ops","alarm":"m0000.2~e88edd2bac/r/ops"}]},"born":"2026-04-01T06:02:33Z","action":"mail","thread":["m0000.1~e88edd2bac/r/ops"],"attempts":2,"reached":[],"refused":[],"lane":0,"members":[],"unanswered":0,"origin":{"installation":"27e8851f49e1631c","life":"e88edd2bac"}}',0,'ops',1);
INSERT INTO "spool" VALUES(4,'m0001.2~e88edd2bac/r/ops','m0001/ops',1775023380000000,0,NULL,NULL,NULL,0,'together','{"en":"m0001.2~e88edd2bac/r/ops/together","ja":"m0001.2~e88edd2bac/r/ops/together"}','{"id":"m0001.2~e88edd2bac/r/ops","routes":["smtp1"],"contact":"ops","to":["ops@example.com"],"order":"m0001/ops","alarms":["m0001.2~e88edd2bac/r/ops"],"payload":{"subject":"[CRITICAL] web1 disk-0001 / used 96% (limit 90%)","text":"◆ CRITICAL  web1 > g > disk-0001\n\n/: used 96%\n\n  Since         Wed 1 Apr 2026 06:03:00 +00:00\n  Limits        WARNING 80%, CRITICAL 90%\n  Before        WARNING since Wed 1 Apr 2026 06:02:00 +00:00\n  Sent because  the level changed\n  Runs on       the computer that Noroshi runs on\n  Next notice   when the level changes, or when it recovers\n\n--\nHow far this mail has come\nSeen 06:03:00 +00:00 → Recorded\nWhether it was accepted: noroshi queue show m0001.2~e88edd2bac/r/ops\nYou get this mail because the rule r names the contact ops; to get fewer or none, change rules/r.toml.\nNoroshi / number in the ledger: m0001.2~e88edd2bac/r/ops\n","language":"en","importance":"high","list":"web1","list_title":"","zone":"UTC","level":"critical","told":[{"level":"critical","before":"warning","ended":false,"stopped":false,"about":"m0001 /","where":"web1 disk-0001","what":" / used 96% (limit 90%)","item":"/","at":"2026-04-01T06:03:00+00:00","bad_since":"2026-04-01T06:03:00+00:00","mail":"m0001.2~e88edd2bac/r/ops","alarm":"m0001.2~e88edd2bac/r/ops"}]},"born":"2026-04-01T06:03:00Z","action":"mail","thread":["m0001.1~e88edd2bac/r/ops"],"attempts":0,"reached":[],"refused":[],"lane":0,"members":[],"unanswered":0,"origin":{"installation":"27e8851f49e1631c","life":"e88edd2bac"}}',0,'ops',0);
INSERT INTO "spool" VALUES(5,'m0001.2~e88edd2bac/r/ops/together','m0001.2~e88edd2bac/r/ops/together',1775023470000000,1,NULL,NULL,NULL,2,'','{"en":"deferred","ja":"deferred"}','{"id":"m0001.2~e88edd2bac/r/ops/together","routes":["smtp1"],"contact":"ops","to":["ops@example.com"],"order":"m0001.2~e88edd2bac/r/ops/together","alarms":[],"payload":{"subject":"[CRITICAL] web1 disk-0001 / used 96% (limit 90%)","text":"◆ CRITICAL  1 alarm\n\nweb1 disk-0001 / used 96% (limit 90%)\nBetween 06:02:00 +00:00 and 06:03:00 +00:00 it changed 2 times before a mail could leave. This mail shows the current state.\n\n--\nHow far this mail has come\nSeen 06:02:00 +00:00 → Recorded\nWhether it was accepted: noroshi queue show m0001.2~e88edd2bac/r/ops/together\nHow many come one by one before they are put together: one_by_one of the contact.\n","language":"en","importance":"high","list":"noroshi","list_title":"Noroshi","zone":"UTC","level":"critical","oldest":"2026-04-01T06:02:00+00:00"},"born":"2026-04-01T06:03:00Z","action":"mail","thread":[],"attempts":2,"reached":[],"refused":[],"lane":0,"members":["m0001.1~e88edd2bac/r/ops","m0001.2~e88edd2bac/r/ops"],"unanswered":0,"origin":{"installation":"27e8851f49e1631c","life":"e88edd2bac"}}',0,'ops',1);
CREATE TABLE turn (
    name text primary key, holder text not null, until integer not null
) strict, without rowid;
CREATE TABLE user (name text primary key, body text not null) strict, without rowid;
CREATE TABLE version (
    number integer primary key, documents text not null, who text not null, at integer,
    note text not null) strict;
INSERT INTO "version" VALUES(1,'[]','',NULL,'');
CREATE TABLE way (
    envelope integer not null, place integer not null, route text not null,
    primary key (envelope, place)) strict, without rowid;
INSERT INTO "way" VALUES(3,0,'smtp1');
INSERT INTO "way" VALUES(5,0,'smtp1');
CREATE INDEX event_of on event (monitor);
CREATE INDEX receipt_of on receipt (envelope);
CREATE INDEX spool_order on spool (order_key, seq) where fate in ('', 'held', 'together');
CREATE INDEX spool_contact on spool (contact, seq) where fate in ('', 'held', 'together');
CREATE INDEX spool_shown on spool (seq) where fate in ('', 'held', 'set aside');
CREATE INDEX receipt_taken on receipt (at) where taken > 0;
CREATE INDEX alarm_of on alarm (envelope);
CREATE INDEX spool_old on spool (due) where fate in ('accepted', 'dropped');
CREATE INDEX spool_sum on spool (seq, fate);
CREATE INDEX message_of on message (envelope);
CREATE INDEX session_of on session (user);
CREATE INDEX spool_due on spool (lane, due, seq, contact, alone) where fate = '' and head = 1;
CREATE TRIGGER spool_ended after update of fate on spool
when old.lease is not null and new.fate in ('accepted', 'set aside') begin
    delete from way where envelope = new.seq;
    update spool set head = 1 where head = 0 and seq = (
        select min(seq) from spool
        where order_key = new.order_key and fate in ('', 'held', 'together'));
end;
CREATE TRIGGER receipt_counts after insert on receipt when new.taken > 0 begin
    insert or replace into accepted values (new.route, new.at);
    insert or replace into message
        select value, new.envelope from json_each(new.body, '$.message_ids');
end;
CREATE INDEX silence_ends on silence (ends);
CREATE INDEX remark_of on remark (monitor);
CREATE INDEX remark_at on remark (at);
CREATE VIEW settling as
select id, lease, due, attempts, envelope, fate, why,
       '' as route, '' as receipt, 0 as at, 0 as taken, 0 as well
from spool;
CREATE TRIGGER settling_is_settled instead of insert on settling begin
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
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('lease',1);
INSERT INTO "sqlite_sequence" VALUES('event',4);
INSERT INTO "sqlite_sequence" VALUES('spool',5);
COMMIT;
