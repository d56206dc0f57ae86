-- A store of layout 3 (invented orders), as hotline12345 wrote it before the layout changed: 第 3 版表结构的存储，内容为虚构。
PRAGMA journal_mode=WAL;
PRAGMA application_id=74565;
PRAGMA user_version=3001;
BEGIN TRANSACTION;
CREATE TABLE cursor (reader TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO "cursor" VALUES('reader',2);
CREATE TABLE desk (
  place TEXT NOT NULL, unit TEXT NOT NULL, number TEXT NOT NULL, assignment TEXT NOT NULL, role TEXT NOT NULL,
  due TEXT NOT NULL, PRIMARY KEY (place, unit, number, assignment)) WITHOUT ROWID;
CREATE TABLE head (
  place TEXT NOT NULL, number TEXT NOT NULL, version INTEGER NOT NULL, status TEXT NOT NULL, open INTEGER NOT NULL,
  kind TEXT NOT NULL, category TEXT NOT NULL, area TEXT NOT NULL, holder TEXT NOT NULL, requester INTEGER,
  received TEXT NOT NULL, due TEXT NOT NULL, provisional INTEGER NOT NULL, digest TEXT NOT NULL, wake TEXT NOT NULL,
  desks TEXT NOT NULL, changed TEXT NOT NULL DEFAULT '', link BLOB NOT NULL DEFAULT x'',
  PRIMARY KEY (place, number)) WITHOUT ROWID;
INSERT INTO "head" VALUES('210100','1',3,'closed',0,'help','','','',1,'','',0,'','','','',X'D26DD8D57A3B01E54C03D2AF0DE31944C45781C78AB8371B2543A33673EED617');
INSERT INTO "head" VALUES('210100','2',1,'signed',1,'complaint','','','',5,'','',0,'','','','',X'C472793086C073A0AD15AB92222BCDFFFAE24C8921B8947F5BB2EA366AE4AEEA');
INSERT INTO "head" VALUES('220400','1',1,'received',1,'','','','',NULL,'','',0,'','','','',X'89FBAE7C7E68E51A00BD82B4AEB64F8DD9A853959D777845CF597F1E8B0B6935');
CREATE TABLE lease (name TEXT PRIMARY KEY, owner TEXT NOT NULL, token INTEGER NOT NULL, until REAL NOT NULL)
  WITHOUT ROWID;
CREATE TABLE parked (
  reader TEXT NOT NULL, place TEXT NOT NULL, number TEXT NOT NULL, position INTEGER NOT NULL,
  attempts INTEGER NOT NULL, retry TEXT NOT NULL, error TEXT NOT NULL,
  PRIMARY KEY (reader, place, number)) WITHOUT ROWID;
CREATE TABLE person (
  place TEXT NOT NULL, bucket INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (place, bucket, seq)) WITHOUT ROWID;
INSERT INTO "person" VALUES('210100',35174,5);
INSERT INTO "person" VALUES('210100',47600,1);
CREATE TABLE posting (seq INTEGER PRIMARY KEY, term INTEGER NOT NULL, data BLOB NOT NULL);
INSERT INTO "posting" VALUES(1,3,X'02000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000');
INSERT INTO "posting" VALUES(2,4,X'02000000000000000600000000000000080000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000');
INSERT INTO "posting" VALUES(3,7,X'06000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000');
CREATE TABLE private (
  place TEXT NOT NULL, number TEXT NOT NULL, id TEXT NOT NULL, person INTEGER NOT NULL, seq INTEGER NOT NULL,
  PRIMARY KEY (place, number, id)) WITHOUT ROWID;
INSERT INTO "private" VALUES('210100','1','p1',1,2);
INSERT INTO "private" VALUES('210100','1','p2',5,8);
INSERT INTO "private" VALUES('210100','2','p1',5,6);
CREATE TABLE receipt (
  place TEXT NOT NULL, key TEXT NOT NULL, number TEXT NOT NULL, version INTEGER NOT NULL, fingerprint TEXT NOT NULL,
  PRIMARY KEY (place, key)) WITHOUT ROWID;
INSERT INTO "receipt" VALUES('210100','k1','1',2,'f1');
INSERT INTO "receipt" VALUES('210100','k2','2',1,'f2');
INSERT INTO "receipt" VALUES('210100','k3','1',3,'f3');
INSERT INTO "receipt" VALUES('210100','k4','2',1,'f4');
INSERT INTO "receipt" VALUES('210100','k5','1',3,'f5');
INSERT INTO "receipt" VALUES('220400','k1','1',1,'g');
CREATE TABLE record (
  position INTEGER PRIMARY KEY, place TEXT NOT NULL, number TEXT NOT NULL, version INTEGER NOT NULL,
  kind TEXT NOT NULL, schema INTEGER NOT NULL, data TEXT NOT NULL, link BLOB NOT NULL DEFAULT x'');
INSERT INTO "record" VALUES(1,'210100','1',1,'Received',1,'{"step":1}',X'2F6CB6E2B23A77FEA7711BF224DEFE24B53E209DA96E594C6FD45CFAD44E31E7');
INSERT INTO "record" VALUES(2,'210100','1',2,'Dispatched',1,'{"step":2}',X'51229BF6BD818522C0942C64390EE4E021E6B697EE6EC57E137036C0F1AC28BE');
INSERT INTO "record" VALUES(3,'210100','2',1,'Received',1,'{"step":1}',X'C472793086C073A0AD15AB92222BCDFFFAE24C8921B8947F5BB2EA366AE4AEEA');
INSERT INTO "record" VALUES(4,'210100','1',3,'Dispatched',1,'{"step":3}',X'D26DD8D57A3B01E54C03D2AF0DE31944C45781C78AB8371B2543A33673EED617');
INSERT INTO "record" VALUES(5,'220400','1',1,'Received',1,'{"step":1}',X'89FBAE7C7E68E51A00BD82B4AEB64F8DD9A853959D777845CF597F1E8B0B6935');
CREATE TABLE tally (
  place TEXT NOT NULL, open INTEGER NOT NULL, status TEXT NOT NULL, kind TEXT NOT NULL, category TEXT NOT NULL,
  area TEXT NOT NULL, holder TEXT NOT NULL, n INTEGER NOT NULL,
  PRIMARY KEY (place, open, status, kind, category, area, holder)) WITHOUT ROWID;
INSERT INTO "tally" VALUES('210100',0,'closed','help','','','',1);
INSERT INTO "tally" VALUES('210100',1,'signed','complaint','','','',1);
INSERT INTO "tally" VALUES('220400',1,'received','','','','',1);
CREATE TABLE term (
  place TEXT NOT NULL, bucket INTEGER NOT NULL, seq INTEGER NOT NULL, orders INTEGER NOT NULL, chunk INTEGER NOT NULL,
  used INTEGER NOT NULL, room INTEGER NOT NULL, PRIMARY KEY (place, bucket, seq)) WITHOUT ROWID;
INSERT INTO "term" VALUES('210100',1969,7,1,3,1,8);
INSERT INTO "term" VALUES('210100',44110,4,2,2,3,8);
INSERT INTO "term" VALUES('210100',65012,3,1,1,1,8);
CREATE TABLE total (
  place TEXT NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL, open INTEGER NOT NULL, n INTEGER NOT NULL,
  PRIMARY KEY (place, field, value, open)) WITHOUT ROWID;
INSERT INTO "total" VALUES('210100','area','',0,1);
INSERT INTO "total" VALUES('210100','area','',1,1);
INSERT INTO "total" VALUES('210100','category','',0,1);
INSERT INTO "total" VALUES('210100','category','',1,1);
INSERT INTO "total" VALUES('210100','due','2026-11-09',0,0);
INSERT INTO "total" VALUES('210100','due','2026-11-09',1,0);
INSERT INTO "total" VALUES('210100','holder','',0,1);
INSERT INTO "total" VALUES('210100','holder','',1,1);
INSERT INTO "total" VALUES('210100','kind','complaint',1,1);
INSERT INTO "total" VALUES('210100','kind','help',0,1);
INSERT INTO "total" VALUES('210100','kind','help',1,0);
INSERT INTO "total" VALUES('210100','status','closed',0,1);
INSERT INTO "total" VALUES('210100','status','received',1,0);
INSERT INTO "total" VALUES('210100','status','signed',1,1);
INSERT INTO "total" VALUES('220400','area','',1,1);
INSERT INTO "total" VALUES('220400','category','',1,1);
INSERT INTO "total" VALUES('220400','holder','',1,1);
INSERT INTO "total" VALUES('220400','kind','',1,1);
INSERT INTO "total" VALUES('220400','status','received',1,1);
CREATE TABLE vault (seq INTEGER PRIMARY KEY, data TEXT NOT NULL);
INSERT INTO "vault" VALUES(1,'person-x');
INSERT INTO "vault" VALUES(2,'
"w1"
"w2"
{"text":"虚构的诉求甲"}');
INSERT INTO "vault" VALUES(3,'"w1"');
INSERT INTO "vault" VALUES(4,'"w2"');
INSERT INTO "vault" VALUES(5,'person-y');
INSERT INTO "vault" VALUES(6,'
"w2"
"\u8bcd"
{"text":"虚构的诉求乙"}');
INSERT INTO "vault" VALUES(7,'"\u8bcd"');
INSERT INTO "vault" VALUES(8,'
"w2"
{"text":"虚构的答复"}');
CREATE UNIQUE INDEX record_order ON record (place, number, version);
CREATE INDEX record_place ON record (place);
CREATE INDEX head_status ON head (place, status);
CREATE INDEX head_holder ON head (place, holder);
CREATE INDEX head_category ON head (place, category, open, area);
CREATE INDEX head_area ON head (place, area);
CREATE INDEX head_requester ON head (place, requester) WHERE requester IS NOT NULL;
CREATE INDEX head_open ON head (place) WHERE open = 1;
CREATE INDEX head_due ON head (place, open, due);
CREATE INDEX head_digest ON head (place, open, digest);
CREATE INDEX head_changed ON head (place, changed);
CREATE INDEX head_provisional ON head (place) WHERE provisional = 1;
CREATE INDEX head_wake ON head (place, wake) WHERE wake > '';
CREATE INDEX desk_role ON desk (place, role, number, due);
CREATE INDEX desk_due ON desk (place, due) WHERE due > '';
CREATE INDEX receipt_order ON receipt (place, number);
CREATE INDEX private_person ON private (person);
CREATE INDEX private_seq ON private (seq);
CREATE INDEX posting_term ON posting (term);
COMMIT;
