CREATE TABLE branch (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  street TEXT
);
CREATE TABLE holder (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  job TEXT,
  birth_date DATE
);
CREATE TABLE account (
  id INTEGER PRIMARY KEY,
  holder_id INTEGER REFERENCES holder (id),
  branch_id INTEGER REFERENCES branch (id),
  kind TEXT,
  balance REAL
);
CREATE TABLE transfer (
  id INTEGER PRIMARY KEY,
  account_id INTEGER REFERENCES account (id),
  amount REAL,
  transfer_date DATE
);
CREATE TABLE loan (
  id INTEGER PRIMARY KEY,
  holder_id INTEGER REFERENCES holder (id),
  amount INTEGER,
  rate REAL,
  due_date DATE
);
CREATE TABLE card (
  id INTEGER PRIMARY KEY,
  account_id INTEGER REFERENCES account (id),
  brand TEXT,
  spending_limit INTEGER
);

INSERT INTO branch VALUES
  (1, 'Church Square', 'Bell Street'),
  (2, 'Station Road', 'Station Road'),
  (3, 'Market Hall', 'Cheese Lane'),
  (4, 'Hill Branch', 'Upper Road'),
  (5, 'Bridge Office', 'Mill Street'),
  (6, 'Farm Desk', 'Orchard Way');
INSERT INTO holder VALUES
  (1, 'Irma Stolz', 'farmer', '1958-04-11'),
  (2, 'Joao Pinhal', 'baker', '1983-12-02'),
  (3, 'Kira Benes', 'nurse', '1991-07-23'),
  (4, 'Lars Toft', 'farmer', '1972-02-29'),
  (5, 'Mabel Dunn', 'teacher', '1965-10-08'),
  (6, 'Nikos Vasil', 'plumber', '1987-05-30'),
  (7, 'Oda Ness', 'farmer', '1999-01-15'),
  (8, 'Piet Bakker', 'teacher', '1979-08-19');
INSERT INTO account VALUES
  (1, 1, 1, 'savings', 15200.0),
  (2, 1, 1, 'current', 830.5),
  (3, 2, 3, 'current', -145.0),
  (4, 3, 2, 'current', 2310.75),
  (5, 4, 1, 'business', 48900.0),
  (6, 4, 5, 'current', -62.3),
  (7, 5, 3, 'savings', 22750.0),
  (8, 6, 4, 'business', 5405.0),
  (9, 7, 5, 'student', 118.2),
  (10, 4, 5, 'savings', 9100.0),
  (11, 8, 1, 'current', 1975.4);
INSERT INTO transfer VALUES
  (1, 2, 420.0, '2024-03-01'),
  (2, 4, 95.5, '2024-03-02'),
  (3, 4, 1200.0, '2024-03-05'),
  (4, 5, 8300.0, '2024-03-06'),
  (5, 3, 60.0, '2024-03-07'),
  (6, 8, 745.0, '2024-03-11'),
  (7, 11, 310.0, '2024-03-12'),
  (8, 4, 38.2, '2024-03-15'),
  (9, 9, 15.0, '2024-03-18'),
  (10, 5, 2650.0, '2024-03-21'),
  (11, 6, 225.0, '2024-03-25'),
  (12, 2, 130.0, '2024-03-28');
INSERT INTO loan VALUES
  (1, 4, 120000, 3.4, '2035-06-30'),
  (2, 1, 18000, 4.1, '2027-03-31'),
  (3, 2, 45000, 3.9, '2031-12-31'),
  (4, 6, 9500, 5.6, '2026-09-30'),
  (5, 4, 30000, 4.8, NULL),
  (6, 3, 6000, 6.2, '2025-05-31');
INSERT INTO card VALUES
  (1, 2, 'Nova', 1500),
  (2, 4, 'Nova', 2000),
  (3, 6, 'Penta', 800),
  (4, 8, 'Penta', 5000),
  (5, 9, 'Kids', 200),
  (6, 11, 'Nova', 2500),
  (7, 5, 'Nova', 10000);
