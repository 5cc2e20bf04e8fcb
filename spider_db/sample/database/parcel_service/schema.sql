CREATE TABLE depot (
  code TEXT PRIMARY KEY,
  town TEXT,
  doors INTEGER
);
CREATE TABLE courier (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  hired DATE,
  depot_code TEXT REFERENCES depot (code)
);
CREATE TABLE parcel (
  id INTEGER PRIMARY KEY,
  receiver TEXT,
  weight REAL,
  status TEXT,
  sent_date DATE,
  courier_id INTEGER REFERENCES courier (id)
);
CREATE TABLE complaint (
  id INTEGER PRIMARY KEY,
  parcel_id INTEGER REFERENCES parcel (id),
  reason TEXT,
  refund REAL
);

INSERT INTO depot VALUES
  ('ASH', 'Ashbourne', 14),
  ('BRK', 'Brackwater', 6),
  ('CLD', 'Coldharbour', 22),
  ('DUN', 'Dunmore', 9),
  ('ELM', 'Elmstead', 4),
  ('FEN', 'Fenwick', 11);
INSERT INTO courier VALUES
  (1, 'Milos Pavic', '2015-02-16', 'ASH'),
  (2, 'Leonie Krug', '2019-07-01', 'ASH'),
  (3, 'Tunde Bello', '2021-10-11', 'BRK'),
  (4, 'Astrid Moen', '2012-05-21', 'CLD'),
  (5, 'Paolo Riva', '2022-01-17', 'CLD'),
  (6, 'Grace Ndlovu', '2018-03-05', 'CLD'),
  (7, 'Henrik Voss', '2020-08-24', 'DUN'),
  (8, 'Sofia Pires', '2023-04-03', 'FEN');
INSERT INTO parcel VALUES
  (1, 'Abbott', 2.4, 'delivered', '2024-05-02', 1),
  (2, 'Barnes', 11.0, 'delivered', '2024-05-02', 4),
  (3, 'Chowdhury', 0.8, 'lost', '2024-05-03', 3),
  (4, 'Dalton', 5.5, 'delivered', '2024-05-04', 4),
  (5, 'Ekberg', 3.2, 'on the road', '2024-05-06', 5),
  (6, 'Farrell', 19.5, 'delivered', '2024-05-06', 6),
  (7, 'Gomes', 1.1, 'on the road', '2024-05-07', 1),
  (8, 'Hussain', 7.6, 'delivered', '2024-05-08', 4),
  (9, 'Ilves', 4.3, 'waiting', '2024-05-09', NULL),
  (10, 'Jansen', 14.2, 'on the road', '2024-05-09', 7),
  (11, 'Keane', 0.3, 'waiting', '2024-05-10', NULL),
  (12, 'Lopes', 6.8, 'delivered', '2024-05-10', 3);
INSERT INTO complaint VALUES
  (1, 1, 'late', 4.5),
  (2, 3, 'missing', 48.0),
  (3, 6, 'broken', 120.0),
  (4, 4, 'late', NULL),
  (5, 6, 'late', 7.5),
  (6, 8, 'broken', 33.0),
  (7, 12, 'wrong door', NULL);
