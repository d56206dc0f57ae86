-- A store of layout 1 (invented orders), as hotline12345 wrote it before the layout changed: 第 1 版表结构的存储，内容为虚构。
PRAGMA journal_mode=WAL;
PRAGMA application_id=74565;
PRAGMA user_version=1001;
BEGIN TRANSACTION;
CREATE TABLE cursor (reader TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO "cursor" VALUES('reader',2);
CREATE TABLE desk (
  place TEXT NOT NULL, unit TEXT NOT NULL, number TEXT NOT NULL, assignment TEXT NOT NULL, due TEXT NOT NULL,
  PRIMARY KEY (place, unit, number, assignment)) WITHOUT ROWID;
INSERT INTO "desk" VALUES('210100','u1','1','a1','2026-11-05T16:00:00.000000Z');
CREATE TABLE head (
  place TEXT NOT NULL, number TEXT NOT NULL, version INTEGER NOT NULL, status TEXT NOT NULL, open INTEGER NOT NULL,
  kind TEXT NOT NULL, category TEXT NOT NULL, area TEXT NOT NULL, holder TEXT NOT NULL, requester INTEGER,
  received TEXT NOT NULL, due TEXT NOT NULL, provisional INTEGER NOT NULL, digest TEXT NOT NULL, wake TEXT NOT NULL,
  desks TEXT NOT NULL, PRIMARY KEY (place, number)) WITHOUT ROWID;
INSERT INTO "head" VALUES('210100','1',3,'signed',1,'complaint','城乡建设/供暖','210102','u1',1,'2026-11-02T01:00:00.000000Z','2026-11-09T16:00:00.000000Z',1,'d1','','[["a1","u1","lead","2026-11-02T02:00:00.000000Z","2026-11-05T16:00:00.000000Z"]]');
INSERT INTO "head" VALUES('210100','2',1,'closed',0,'','','','',3,'','',0,'','','');
INSERT INTO "head" VALUES('220400','1',1,'received',1,'','','','',NULL,'','',0,'','','');
CREATE TABLE person (
  place TEXT NOT NULL, bucket INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (place, bucket, seq)) WITHOUT ROWID;
INSERT INTO "person" VALUES('210100',35174,3);
INSERT INTO "person" VALUES('210100',47600,1);
CREATE TABLE private (
  place TEXT NOT NULL, number TEXT NOT NULL, id TEXT NOT NULL, person INTEGER NOT NULL, seq INTEGER NOT NULL,
  PRIMARY KEY (place, number, id)) WITHOUT ROWID;
INSERT INTO "private" VALUES('210100','1','p1',1,2);
INSERT INTO "private" VALUES('210100','2','p1',3,4);
CREATE TABLE receipt (
  place TEXT NOT NULL, key TEXT NOT NULL, number TEXT NOT NULL, version INTEGER NOT NULL, fingerprint TEXT NOT NULL,
  PRIMARY KEY (place, key)) WITHOUT ROWID;
INSERT INTO "receipt" VALUES('210100','k1','1',2,'f1');
INSERT INTO "receipt" VALUES('210100','k2','2',1,'f2');
CREATE TABLE record (
  position INTEGER PRIMARY KEY, place TEXT NOT NULL, number TEXT NOT NULL, version INTEGER NOT NULL,
  kind TEXT NOT NULL, schema INTEGER NOT NULL, data TEXT NOT NULL);
INSERT INTO "record" VALUES(1,'210100','1',1,'Received',1,'{"step":1}');
INSERT INTO "record" VALUES(2,'210100','1',2,'Dispatched',1,'{"step":2}');
INSERT INTO "record" VALUES(3,'210100','2',1,'Received',1,'{"step":1,"word":"\u7532","half":"\ud83d"}');
INSERT INTO "record" VALUES(4,'220400','1',1,'Received',1,'{"step":1}');
INSERT INTO "record" VALUES(5,'210100','1',3,'Dispatched',1,'{"step":3}');
CREATE TABLE vault (seq INTEGER PRIMARY KEY, data TEXT NOT NULL);
INSERT INTO "vault" VALUES(1,'person-x');
INSERT INTO "vault" VALUES(2,'{"text":"虚构的诉求甲"}');
INSERT INTO "vault" VALUES(3,'person-y');
INSERT INTO "vault" VALUES(4,'{"text":"虚构的诉求乙"}');
CREATE UNIQUE INDEX record_order ON record (place, number, version);
CREATE INDEX record_place ON record (place);
CREATE INDEX head_status ON head (place, status);
CREATE INDEX head_holder ON head (place, holder);
CREATE INDEX head_category ON head (place, category);
CREATE INDEX head_area ON head (place, area);
CREATE INDEX head_requester ON head (place, requester) WHERE requester IS NOT NULL;
CREATE INDEX head_due ON head (place, due) WHERE open = 1;
CREATE INDEX head_digest ON head (place, digest) WHERE open = 1;
CREATE INDEX head_provisional ON head (place) WHERE provisional = 1;
CREATE INDEX head_wake ON head (place, wake) WHERE wake > '';
CREATE INDEX private_person ON private (person);
COMMIT;
