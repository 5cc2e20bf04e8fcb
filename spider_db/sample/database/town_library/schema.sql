CREATE TABLE member (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  age INTEGER,
  city TEXT
);
CREATE TABLE book (
  id INTEGER PRIMARY KEY,
  title TEXT NOT NULL,
  author TEXT,
  year INTEGER,
  pages INTEGER
);
CREATE TABLE loan (
  id INTEGER PRIMARY KEY,
  member_id INTEGER REFERENCES member (id),
  book_id INTEGER REFERENCES book (id),
  loan_date DATE,
  return_date DATE
);

INSERT INTO member VALUES
  (1, 'Agnes Holm', 34, 'Brindle'),
  (2, 'Tomas Reyes', 51, 'Oakport'),
  (3, 'Priya Nair', 27, 'Brindle'),
  (4, 'Walter Finch', 68, 'Lowmere'),
  (5, 'Lena Brandt', 19, 'Oakport'),
  (6, 'Idris Bello', 42, 'Brindle'),
  (7, 'Marta Kowal', 73, 'Lowmere'),
  (8, 'Sam Odell', 23, 'Oakport'),
  (9, 'Yuki Arai', 36, 'Brindle'),
  (10, 'Noor Haddad', 16, 'Fenwick');
INSERT INTO book VALUES
  (1, 'The Salt Road', 'Ruth Calder', 1998, 312),
  (2, 'Glass Harvest', 'Emil Sato', 2011, 248),
  (3, 'A Winter Map', 'Ruth Calder', 2004, 405),
  (4, 'Lantern Street', 'Dora Quill', 1987, 196),
  (5, 'Quiet Engines', 'Emil Sato', 2018, 350),
  (6, 'The Ninth Orchard', 'Ruth Calder', 2015, 274),
  (7, 'River Letters', 'Pavel Horn', 1975, 158),
  (8, 'Copper Sky', 'Dora Quill', 2009, 441),
  (9, 'Small Weather', 'Anna Lisle', 2020, 223);
INSERT INTO loan VALUES
  (1, 1, 1, '2023-01-12', '2023-01-30'),
  (2, 1, 3, '2023-02-03', '2023-03-01'),
  (3, 2, 6, '2023-02-10', '2023-02-24'),
  (4, 3, 5, '2023-03-05', NULL),
  (5, 3, 6, '2023-01-20', '2023-02-09'),
  (6, 3, 1, '2023-02-11', '2023-03-04'),
  (7, 4, 7, '2023-02-27', '2023-03-15'),
  (8, 6, 8, '2023-03-09', '2023-04-02'),
  (9, 6, 3, '2023-04-03', NULL),
  (10, 7, 4, '2023-01-05', '2023-01-19'),
  (11, 8, 1, '2023-03-20', '2023-04-06'),
  (12, 9, 5, '2023-01-28', '2023-02-20'),
  (13, 9, 9, '2023-04-10', NULL),
  (14, 3, 3, '2023-03-06', '2023-03-30'),
  (15, 2, 1, '2023-04-12', '2023-05-01');
