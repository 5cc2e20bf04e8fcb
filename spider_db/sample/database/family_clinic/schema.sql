CREATE TABLE doctor (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  specialty TEXT,
  fee INTEGER
);
CREATE TABLE patient (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  age INTEGER,
  town TEXT
);
CREATE TABLE visit (
  id INTEGER PRIMARY KEY,
  doctor_id INTEGER REFERENCES doctor (id),
  patient_id INTEGER REFERENCES patient (id),
  visit_date DATE,
  cost REAL
);

INSERT INTO doctor VALUES
  (1, 'Vera Lund', 'children', 60),
  (2, 'Omar Saleh', 'skin', 85),
  (3, 'Judith Kern', 'heart', 120),
  (4, 'Paul Amato', 'children', 55),
  (5, 'Wen Qiao', 'eyes', 95),
  (6, 'Rita Gomes', 'heart', 110),
  (7, 'Axel Brun', 'skin', 75),
  (8, 'Nora Blake', 'children', 65);
INSERT INTO patient VALUES
  (1, 'Ada Moss', 7, 'Kirby Vale'),
  (2, 'Bo Larsen', 54, 'Kirby Vale'),
  (3, 'Cem Aydin', 33, 'Norwick'),
  (4, 'Dora Klein', 71, 'Norwick'),
  (5, 'Eli Grant', 12, 'Saltby'),
  (6, 'Fay Morrow', 46, 'Norwick'),
  (7, 'Gil Tavares', 65, 'Saltby'),
  (8, 'Hope Ellis', 29, 'Kirby Vale'),
  (9, 'Ivo Petrov', 39, 'Norwick'),
  (10, 'Jo Santos', NULL, 'Saltby');
INSERT INTO visit VALUES
  (1, 1, 1, '2024-02-05', 60.0),
  (2, 1, 5, '2024-02-12', 72.5),
  (3, 3, 2, '2024-02-06', 150.0),
  (4, 3, 4, '2024-02-20', 135.0),
  (5, 3, 7, '2024-03-01', 180.0),
  (6, 2, 3, '2024-02-15', 85.0),
  (7, 5, 6, '2024-03-04', 110.0),
  (8, 4, 1, '2024-03-11', 55.0),
  (9, 6, 4, '2024-03-18', 125.5),
  (10, 3, 4, '2024-03-25', 140.0),
  (11, 2, 8, '2024-03-27', 90.0),
  (12, 5, 2, '2024-04-02', 98.0),
  (13, 1, 5, '2024-04-08', NULL),
  (14, 1, 6, '2024-04-15', 64.0),
  (15, 1, 9, '2024-04-22', 62.0);
