-- A base as the first layout had it, written by its code: two articles, one of them in its second version, and a draft.
CREATE TABLE kb_meta (name TEXT COLLATE "C" PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE kb_item (
  id TEXT COLLATE "C" NOT NULL, version INTEGER NOT NULL, status TEXT COLLATE "C" NOT NULL, centre TEXT COLLATE "C" NOT NULL, unit TEXT COLLATE "C" NOT NULL,
  level TEXT COLLATE "C" NOT NULL, last_day TEXT COLLATE "C" NOT NULL, review_by TEXT COLLATE "C" NOT NULL, author TEXT COLLATE "C" NOT NULL,
  at TEXT COLLATE "C" NOT NULL, data TEXT NOT NULL, PRIMARY KEY (id, version));
CREATE INDEX kb_item_level ON kb_item (centre, level);
CREATE INDEX kb_item_status ON kb_item (status, centre);
CREATE TABLE kb_step (
  seq INTEGER PRIMARY KEY, id TEXT COLLATE "C" NOT NULL, version INTEGER NOT NULL, action TEXT COLLATE "C" NOT NULL, who TEXT NOT NULL,
  at TEXT COLLATE "C" NOT NULL, reason TEXT NOT NULL);
CREATE INDEX kb_step_item ON kb_step (id);
CREATE TABLE kb_shown (
  doc INTEGER PRIMARY KEY, id TEXT COLLATE "C" NOT NULL UNIQUE, version INTEGER NOT NULL, centre TEXT COLLATE "C" NOT NULL,
  visibility TEXT COLLATE "C" NOT NULL, category TEXT COLLATE "C" NOT NULL, region TEXT COLLATE "C" NOT NULL, first_day TEXT COLLATE "C" NOT NULL,
  last_day TEXT COLLATE "C" NOT NULL);
CREATE TABLE kb_text (
  doc INTEGER PRIMARY KEY, head TEXT NOT NULL, body TEXT NOT NULL, head_norm DOUBLE PRECISION NOT NULL,
  body_norm DOUBLE PRECISION NOT NULL);
CREATE TABLE kb_gram (token TEXT COLLATE "C" PRIMARY KEY, df INTEGER NOT NULL, heads INTEGER NOT NULL, flip TEXT COLLATE "C" NOT NULL);
CREATE INDEX kb_gram_flip ON kb_gram (flip) WHERE heads > 0;
CREATE TABLE kb_report (
  seq INTEGER PRIMARY KEY, id TEXT COLLATE "C" NOT NULL, version INTEGER NOT NULL, unit TEXT COLLATE "C" NOT NULL, what TEXT NOT NULL,
  who TEXT NOT NULL, at TEXT COLLATE "C" NOT NULL, due TEXT COLLATE "C" NOT NULL, closed TEXT COLLATE "C" NOT NULL, outcome TEXT NOT NULL);
CREATE TABLE kb_question (
  seq INTEGER PRIMARY KEY, at TEXT COLLATE "C" NOT NULL, centre TEXT COLLATE "C" NOT NULL, category TEXT NOT NULL, words TEXT NOT NULL,
  ref TEXT COLLATE "C" NOT NULL, number TEXT COLLATE "C" NOT NULL);
INSERT INTO kb_meta VALUES ('last', '3');
INSERT INTO kb_meta VALUES ('weighed', '1');
INSERT INTO kb_item VALUES ('K000001', 1, 'superseded', '', '城管局', '路灯报修', '', '', 'zhang', '2026-10-09T09:00:00+08:00', '{"title": "路灯报修", "content": "拨打热线报修。", "category": "城市管理/路灯", "unit": "城管局", "material": "办事指南", "keywords": ["路灯"], "region": "", "source": "", "visibility": "department", "valid_from": null, "valid_until": null, "review_by": null}');
INSERT INTO kb_item VALUES ('K000001', 2, 'published', '', '城管局', '路灯报修', '', '', 'zhang', '2026-10-09T09:00:00+08:00', '{"title": "路灯报修", "content": "扫码报修。", "category": "城市管理/路灯", "unit": "城管局", "material": "办事指南", "keywords": ["路灯"], "region": "", "source": "", "visibility": "department", "valid_from": null, "valid_until": null, "review_by": null}');
INSERT INTO kb_item VALUES ('K000002', 1, 'published', '', '人社局', '社保卡补办', '', '', 'zhang', '2026-10-09T09:00:00+08:00', '{"title": "社保卡补办", "content": "带身份证到大厅办理。", "category": "社会保障", "unit": "人社局", "material": "办事指南", "keywords": ["社保卡"], "region": "", "source": "", "visibility": "public", "valid_from": null, "valid_until": null, "review_by": null}');
INSERT INTO kb_item VALUES ('K000003', 1, 'draft', '', '民政局', '没有发布的', '', '', 'zhang', '2026-10-09T09:00:00+08:00', '{"title": "没有发布的", "content": "草稿。", "category": "民政", "unit": "民政局", "material": "办事指南", "keywords": ["草稿"], "region": "", "source": "", "visibility": "department", "valid_from": null, "valid_until": null, "review_by": null}');
INSERT INTO kb_step VALUES (1, 'K000001', 1, 'add', 'handler@城管局/zhang', '2026-10-09T09:00:00+08:00', '');
INSERT INTO kb_step VALUES (2, 'K000001', 1, 'submit', 'handler@城管局/zhang', '2026-10-09T09:00:00+08:00', '');
INSERT INTO kb_step VALUES (3, 'K000001', 1, 'approve', 'reviewer@热线/wang', '2026-10-09T09:00:00+08:00', '');
INSERT INTO kb_step VALUES (4, 'K000002', 1, 'add', 'handler@城管局/zhang', '2026-10-09T09:00:00+08:00', '');
INSERT INTO kb_step VALUES (5, 'K000002', 1, 'submit', 'handler@城管局/zhang', '2026-10-09T09:00:00+08:00', '');
INSERT INTO kb_step VALUES (6, 'K000002', 1, 'approve', 'reviewer@热线/wang', '2026-10-09T09:00:00+08:00', '');
INSERT INTO kb_step VALUES (7, 'K000001', 2, 'revise', 'handler@城管局/zhang', '2026-10-09T09:00:00+08:00', '');
INSERT INTO kb_step VALUES (8, 'K000001', 2, 'submit', 'handler@城管局/zhang', '2026-10-09T09:00:00+08:00', '');
INSERT INTO kb_step VALUES (9, 'K000001', 2, 'approve', 'reviewer@热线/wang', '2026-10-09T09:00:00+08:00', '');
INSERT INTO kb_step VALUES (10, 'K000001', 1, 'supersede', 'system', '2026-10-09T09:00:00+08:00', '');
INSERT INTO kb_step VALUES (11, 'K000003', 1, 'add', 'handler@城管局/zhang', '2026-10-09T09:00:00+08:00', '');
INSERT INTO kb_shown VALUES (2, 'K000002', 1, '', 'public', '社会保障', '', '', '');
INSERT INTO kb_shown VALUES (3, 'K000001', 2, '', 'department', '城市管理/路灯', '', '', '');
INSERT INTO kb_text VALUES (2, '社保卡补办 社保卡', '带身份证到大厅办理', 2.698263081110953, 2.6211596859081823);
INSERT INTO kb_text VALUES (3, '路灯报修 路灯', '扫码报修', 2.222419862868362, 1.6693194663471602);
INSERT INTO kb_gram VALUES ('份', 1, 0, '份');
INSERT INTO kb_gram VALUES ('份证', 1, 0, '证份');
INSERT INTO kb_gram VALUES ('保', 1, 0, '保');
INSERT INTO kb_gram VALUES ('保卡', 1, 1, '卡保');
INSERT INTO kb_gram VALUES ('修', 1, 0, '修');
INSERT INTO kb_gram VALUES ('到', 1, 0, '到');
INSERT INTO kb_gram VALUES ('到大', 1, 0, '大到');
INSERT INTO kb_gram VALUES ('办', 1, 0, '办');
INSERT INTO kb_gram VALUES ('办理', 1, 0, '理办');
INSERT INTO kb_gram VALUES ('卡', 1, 0, '卡');
INSERT INTO kb_gram VALUES ('卡补', 1, 1, '补卡');
INSERT INTO kb_gram VALUES ('厅', 1, 0, '厅');
INSERT INTO kb_gram VALUES ('厅办', 1, 0, '办厅');
INSERT INTO kb_gram VALUES ('大', 1, 0, '大');
INSERT INTO kb_gram VALUES ('大厅', 1, 0, '厅大');
INSERT INTO kb_gram VALUES ('带', 1, 0, '带');
INSERT INTO kb_gram VALUES ('带身', 1, 0, '身带');
INSERT INTO kb_gram VALUES ('打', 0, 0, '打');
INSERT INTO kb_gram VALUES ('打热', 0, 0, '热打');
INSERT INTO kb_gram VALUES ('扫', 1, 0, '扫');
INSERT INTO kb_gram VALUES ('扫码', 1, 0, '码扫');
INSERT INTO kb_gram VALUES ('报', 1, 0, '报');
INSERT INTO kb_gram VALUES ('报修', 1, 1, '修报');
INSERT INTO kb_gram VALUES ('拨', 0, 0, '拨');
INSERT INTO kb_gram VALUES ('拨打', 0, 0, '打拨');
INSERT INTO kb_gram VALUES ('灯', 1, 0, '灯');
INSERT INTO kb_gram VALUES ('灯报', 1, 1, '报灯');
INSERT INTO kb_gram VALUES ('热', 0, 0, '热');
INSERT INTO kb_gram VALUES ('热线', 0, 0, '线热');
INSERT INTO kb_gram VALUES ('理', 1, 0, '理');
INSERT INTO kb_gram VALUES ('码', 1, 0, '码');
INSERT INTO kb_gram VALUES ('码报', 1, 0, '报码');
INSERT INTO kb_gram VALUES ('社', 1, 0, '社');
INSERT INTO kb_gram VALUES ('社保', 1, 1, '保社');
INSERT INTO kb_gram VALUES ('线', 0, 0, '线');
INSERT INTO kb_gram VALUES ('线报', 0, 0, '报线');
INSERT INTO kb_gram VALUES ('补', 1, 0, '补');
INSERT INTO kb_gram VALUES ('补办', 1, 1, '办补');
INSERT INTO kb_gram VALUES ('证', 1, 0, '证');
INSERT INTO kb_gram VALUES ('证到', 1, 0, '到证');
INSERT INTO kb_gram VALUES ('路', 1, 0, '路');
INSERT INTO kb_gram VALUES ('路灯', 1, 1, '灯路');
INSERT INTO kb_gram VALUES ('身', 1, 0, '身');
INSERT INTO kb_gram VALUES ('身份', 1, 0, '份身');
CREATE TABLE kb_tokens (doc INTEGER PRIMARY KEY, tokens TEXT[] COLLATE "C" NOT NULL);
CREATE INDEX kb_tokens_gin ON kb_tokens USING gin (tokens);
INSERT INTO kb_tokens VALUES (2, '{份,份证,保,保卡,到,到大,办,办理,卡,卡补,厅,厅办,大,大厅,带,带身,理,社,社保,补,补办,证,证到,身,身份,¦保,¦保卡,¦办,¦卡,¦卡补,¦社,¦社保,¦补,¦补办}');
INSERT INTO kb_tokens VALUES (3, '{修,扫,扫码,报,报修,灯,灯报,码,码报,路,路灯,¦修,¦报,¦报修,¦灯,¦灯报,¦路,¦路灯}');
INSERT INTO kb_meta VALUES ('layout', '1');
